from django.urls import path

from bookings.checkout.views import buy, cart, now, order

app_name = "checkout"

urlpatterns = [
    path("o/", order.mine, name="orders"),
    path("o/<str:token>/", order.show, name="order"),
    path("o/<str:token>/state.json", order.state, name="order-state"),
    path("o/<str:token>/pay/", order.pay, name="pay"),
    path("o/<str:token>/give-up/", order.give_up, name="give-up"),
    path("o/<str:token>/cancel/", order.cancel, name="cancel"),
    path("<slug:region>/cart/", cart.show, name="cart"),
    path("<slug:region>/cart/add/", cart.add, name="add"),
    path("<slug:region>/cart/remove/", cart.remove, name="remove"),
    path("<slug:region>/checkout/travellers/", buy.travellers, name="travellers"),
    path("<slug:region>/checkout/now/", now.now, name="now"),
    path("<slug:region>/checkout/", buy.confirm, name="confirm"),
]
