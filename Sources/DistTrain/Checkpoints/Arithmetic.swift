import Configuration
import GAN
import Numerics

/// The version of the arithmetic of the convolutions' algorithms: a number that rises when the bits of one of them
/// change.
///
/// 1: `im2col` by OpenBLAS; such checkpoints have no number. 2: `im2col` by our own kernels. Programs of arithmetic 1
/// neither read nor write the number, and take every checkpoint for one of theirs.
package enum Arithmetic {
  package static let current = 2
  /// The arithmetic of a checkpoint without a number.
  static let older = 1
  static let key = "arithmetic"

  /// The difference between this program's arithmetic and that of the program that wrote a checkpoint.
  struct Change {
    let setting: SettingChange
    /// A whole sentence.
    let reason: String
  }

  /// Nil if `new`, the configuration of the continued run, gives the bits of the checkpoint's program, or
  /// has nothing left to compute.
  static func change(from facts: CheckpointFacts, _ old: Configuration, to new: Configuration) throws -> Change? {
    let (steps, epochs) = (new.train.steps ?? .max, new.train.epochs ?? .max)
    guard facts.step < steps, facts.epoch < epochs else { return nil }
    guard facts.arithmetic <= current else {
      return Change(
        setting: SettingChange(key: key, old: "\(facts.arithmetic)", new: "\(current)"),
        reason: "A newer program made it, and computes differently from this one.")
    }
    guard facts.arithmetic == older else { return nil }
    let affected = try patchPasses(of: old, facts).intersection(patchPasses(of: new, facts))
    guard !affected.isEmpty else { return nil }
    let layers = try new.model.convolutions().compactMap { layer in
      let passes = KernelSettings.Pass.allCases.filter { affected.contains(.init(layer: layer.name, pass: $0)) }
      return passes.isEmpty ? nil : "\(layer.name) (\(passes.map(\.rawValue).joined(separator: ", ")))"
    }
    return Change(
      setting: SettingChange(key: key, old: "1", new: "2, im2col of \(layers.joined(separator: ", "))"),
      reason: "These passes were computed by OpenBLAS, and now are by disttrain's own kernels, which round differently."
    )
  }

  private struct LayerPass: Hashable {
    let layer: String
    let pass: KernelSettings.Pass
  }

  /// The passes computed by `im2col`, even if their choice is not written out.
  private static func patchPasses(of configuration: Configuration, _ facts: CheckpointFacts) throws -> Set<LayerPass> {
    let resolved = try configuration.resolved(
      shards: max(1, facts.shards), InstructionSet(rawValue: facts.instructionSet) ?? .baseline)
    return Set(
      resolved.kernels.layers.flatMap { name, layer in
        KernelSettings.Pass.allCases.filter { layer[$0] == .im2col }.map { LayerPass(layer: name, pass: $0) }
      })
  }
}
