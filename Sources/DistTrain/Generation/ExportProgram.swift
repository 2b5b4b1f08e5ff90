import GAN
import ModelFiles
import Tensor

/// `disttrain export CHECKPOINT`: the generator alone, for other programs.
package struct ExportProgram {
  package enum Format: String, CaseIterable, Sendable {
    case onnx, safetensors
  }

  package var checkpoint: String
  package var format: Format
  package var out: String

  package init(checkpoint: String, format: Format, out: String) {
    (self.checkpoint, self.format, self.out) = (checkpoint, format, out)
  }

  /// Writes the file and ends the process.
  package func main() -> Never {
    GenerationEnd.run { kernels, threads in try run(kernels, threads) }
  }

  private func run(_ kernels: Kernels, _ threads: Threads) throws {
    let model = try CheckpointModel(path: checkpoint, kernels: kernels, threads: threads)
    let facts = GeneratorFacts(
      name: model.configuration.name, step: model.facts.step,
      distribution: model.configuration.model.latent.distribution)
    switch format {
    case .onnx:
      let bytes = GeneratorExport.onnx(
        of: model.generator, layers: model.configuration.model.generatorLayers, facts)
      try AtomicFile.replace(out, with: bytes)
    case .safetensors: try GeneratorExport.writeSafetensors(of: model.generator, facts, to: out)
    }
    Console(isSpeaking: true).say("\(out): the generator of \(model.title)")
  }
}
