import DistTrain
import GAN
import ModelFiles
import Tensor

/// Reads header, facts and tensors. That the hash is right is no condition: few inputs would get past it.
func readSafetensors(_ bytes: [UInt8]) throws {
  let file = MemoryFile(bytes)
  let open = try SafetensorsFile(path: file.path, verification: .none)
  _ = try SafetensorsSummary(open).description
  _ = try open.tensorsHash()
  for entry in open.entries {
    let content = try open.bytes(entry.name)
    precondition(content.count == entry.range.count, "as many bytes as the header says")
    if entry.type == .float32 { precondition(try open.floats(entry.name).count == entry.count) }
  }
  let facts = try CheckpointFacts(open)
  precondition(try CheckpointFacts(open) == facts && !facts.metadata.isEmpty)
  _ = try Configuration(yaml: facts.configuration, file: "its configuration")
  _ = try? SafetensorsFile(path: file.path, verification: .required)
}

/// Reads a generator and has it make two pictures.
func readONNX(_ bytes: [UInt8]) throws {
  let model = try ONNXModel(bytes: bytes, path: "/nowhere/generator.onnx")
  let generator = try GeneratorGraph(
    model, path: "/nowhere/generator.onnx", kernels: Kernels(.native), threads: Threads(count: 1))
  let pictures = try generator.images(of: [Float](repeating: 0.5, count: 2 * generator.latents.size))
  precondition(pictures.values.count == pictures.shape.count, "as many values as the shape says")
}

func readNPY(_ bytes: [UInt8]) throws {
  let file = MemoryFile(bytes)
  let array = try NPYFile(path: file.path)
  let rows = try array.rows(0..<array.shape[0])
  precondition(rows.count == array.shape[0] * array.rowCount, "whole rows")
}
