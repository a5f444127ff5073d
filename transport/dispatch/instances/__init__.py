"""Public instance formats of dial-a-ride and pickup-and-delivery problems, read strictly.

``read`` knows the format by the file's name and content; every refusal is a BadInstance that names
the file and the line (or, in JSON, the field).
"""

from transport.dispatch.instances.files import of_folder, read
from transport.dispatch.instances.instance import BadInstance, Instance
from transport.dispatch.instances.judging import faults, route_cost

__all__ = ["BadInstance", "Instance", "faults", "of_folder", "read", "route_cost"]
