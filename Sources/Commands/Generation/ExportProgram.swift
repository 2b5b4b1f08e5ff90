import DistTrain
import Files
import GAN
import Numerics
import Reporting

/// `disttrain export CHECKPOINT`: the generator alone, for other programs.
package struct ExportProgram {
  package enum Format: String, CaseIterable, Sendable {
    case onnx, safetensors
  }

  package var checkpoint: ModelFile
  package var format: Format
  package var out: String

  package init(checkpoint: ModelFile, format: Format, out: String) {
    (self.checkpoint, self.format, self.out) = (checkpoint, format, expandingHome(out))
  }

  /// Writes the file and ends the process.
  package func main() -> Never {
    GenerationEnd.run { kernels, threads in try run(kernels, threads) }
  }

  private func run(_ kernels: Kernels, _ threads: Threads) throws {
    try OutputFile.requireNoFolder(out, example: "generator.\(format.rawValue)")
    let model = try CheckpointModel(checkpoint, kernels: kernels, threads: threads)
    let (generator, step) = (model.samplingModel, model.file.step)
    let description = GeneratorFacts(step: step, data: model.file.data, model.configuration).metadata
    switch format {
    case .onnx:
      try AtomicFile.replace(out, with: GeneratorExport.onnx(of: generator, after: step, description: description))
    case .safetensors:
      try GeneratorExport.writeSafetensors(of: generator, after: step, description: description, to: out)
    }
    Console(isSpeaking: true).say("\(out): the generator of \(model.title)")
  }
}
