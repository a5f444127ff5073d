"""Dispatching as a pure library: no table, no Django, no Celery.

``model`` is the problem and the plan as frozen values, ``replay`` their JSON, ``checker`` the judge
in plain Python, ``arrays`` the same problem for kernels. Nothing here is imported by a web worker at
its start: numba alone takes a second. Import the modules where they are used.
"""
