"""Makes events.tfevents, byte for byte what EventWriterTests writes, by TensorBoard's own messages and record writer.

Needs the Python package tensorboard (2.x); run it here.
"""

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_SCALAR, DATA_CLASS_TENSOR, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.summary.writer.record_writer import RecordWriter

WALL_TIME = 1700000000.25
PNG = bytes(range(256)) * 3

text = Summary.Value(
    tag="networks",
    metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"), data_class=DATA_CLASS_TENSOR),
    tensor=TensorProto(dtype=DT_STRING, tensor_shape=TensorShapeProto(), string_val=["# Schichten: größer".encode()]))
image = Summary.Value(
    tag="samples", image=Summary.Image(height=66, width=130, colorspace=3, encoded_image_string=PNG))
grey = Summary.Value(tag="grey", image=Summary.Image(height=1, width=2, colorspace=1, encoded_image_string=b"PNG"))


def scalar(tag, value, description=None):
    described = description and SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"), summary_description=description,
        data_class=DATA_CLASS_SCALAR)
    return Summary.Value(tag=tag, simple_value=value, metadata=described)


losses = [scalar("loss/discriminator", 0.6931, "Of D."), scalar("loss/generator", 0, "Of *G*: größer als 0.")]
later = [scalar("loss/discriminator", 0.5), scalar("loss/generator", 0)]

events = [
    Event(file_version="brain.Event:2"),
    Event(step=201, session_log=SessionLog(status=SessionLog.START)),
    Event(step=250, summary=Summary(value=losses)),
    Event(step=250, summary=Summary(value=[image])),
    Event(step=1 << 40, summary=Summary(value=[grey])),
    Event(step=0, summary=Summary(value=[text])),
    Event(step=300, summary=Summary(value=later)),
]
with open("events.tfevents", "wb") as file:
    writer = RecordWriter(file)
    for event in events:
        event.wall_time = WALL_TIME
        writer.write(event.SerializeToString(deterministic=True))
