import Configuration
import DistTrain
import GAN
import ModelFiles
import Numerics
import ONNXGraphs

/// Reads header, facts and tensors. That the hash is right is no condition: few inputs would get past it.
func readSafetensors(_ bytes: [UInt8]) throws {
  try withMemoryFile(bytes) { path in
    let file = try SafetensorsFile(path: path, verification: .none)
    _ = try SafetensorsSummary(file).description
    _ = try file.tensorsHash()
    for entry in file.entries {
      let content = try file.bytes(entry.name)
      precondition(content.count == entry.range.count, "as many bytes as the header says")
      guard entry.type == .float32 else { continue }
      let values = try file.floats(entry.name)
      precondition(values.count == entry.count, "as many values as the shape says")
    }
    _ = try? SafetensorsFile(path: path, verification: .required)
    let facts = try CheckpointFacts(file)
    _ = try Configuration(yaml: facts.configuration, file: "its configuration")
  }
}

/// Reads a generator and has it make two images.
func readONNX(_ bytes: [UInt8]) throws {
  let model = try ONNXModel(bytes: bytes, path: "/nowhere/generator.onnx")
  let generator = try GeneratorGraph(
    model, path: "/nowhere/generator.onnx",
    context: ComputeContext(kernels: Kernels(.native), threads: Threads(count: 1)))
  let made = try generator.images(of: [Float](repeating: 0.5, count: 2 * generator.latents.size))
  precondition(made.values.count == made.shape.count, "as many values as the shape says")
}

func readNPY(_ bytes: [UInt8]) throws {
  try withMemoryFile(bytes) { path in
    let array = try NPYFile(path: path)
    let rows = try array.rows(0..<array.shape[0])
    precondition(rows.count == array.shape[0] * array.rowCount, "whole rows")
  }
}
