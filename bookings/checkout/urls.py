from django.urls import path
from django.views.decorators.cache import cache_control

from bookings.checkout.views import buy, cancel, cart, change, counter, now, order, paying, share
from kernel.web.caching import never_cache

app_name = "checkout"
# A phone that lost the network may restore its tab with the codes; nobody else may keep the page.
own_browser = cache_control(private=True, no_cache=True)

urlpatterns = [
    path("<slug:region>/checkout/now/", never_cache(now.now), name="now"),
    path("counter/sell/cart/", never_cache(counter.sell), name="counter"),
    path("o/", never_cache(order.mine), name="orders"),
    path("o/<str:token>/", own_browser(order.show), name="order"),
    path("o/<str:token>/state.json", never_cache(order.state), name="order-state"),
    path("o/<str:token>/pay/", never_cache(paying.pay), name="pay"),
    path("o/<str:token>/pay/<int:attempt_id>/", never_cache(paying.pay_code), name="pay-code"),
    path("o/<str:token>/give-up/", never_cache(paying.give_up), name="give-up"),
    path("o/<str:token>/change/<int:line_id>/", never_cache(change.change), name="change"),
    path("o/<str:token>/shares/", never_cache(share.divide), name="shares"),
    path("o/<str:token>/shares/undo/", never_cache(share.undo), name="shares-undo"),
    path("s/<str:token>/", never_cache(share.share), name="share"),
    path("s/<str:token>/state.json", never_cache(share.state), name="share-state"),
    path("s/<str:token>/code/<int:attempt_id>/", never_cache(share.code), name="share-code"),
    path("s/<str:token>/back/", never_cache(share.back), name="share-back"),
    path("o/<str:token>/add/", never_cache(order.add_more), name="add-more"),
    path("o/<str:token>/cancel/", never_cache(cancel.cancel), name="cancel"),
    path("<slug:region>/cart/", never_cache(cart.show), name="cart"),
    path("<slug:region>/cart/add/", never_cache(cart.add), name="add"),
    path("<slug:region>/cart/alone/", never_cache(cart.alone), name="alone"),
    path("<slug:region>/cart/coupon/", never_cache(cart.coupon), name="coupon"),
    path("<slug:region>/cart/points/", never_cache(cart.points), name="points"),
    path("<slug:region>/cart/via/", never_cache(cart.via), name="via"),
    path("<slug:region>/cart/move/", never_cache(cart.move), name="move"),
    path("<slug:region>/cart/remove/", never_cache(cart.remove), name="remove"),
    path("<slug:region>/checkout/travellers/", never_cache(buy.travellers), name="travellers"),
    path("<slug:region>/checkout/", never_cache(buy.confirm), name="confirm"),
]
