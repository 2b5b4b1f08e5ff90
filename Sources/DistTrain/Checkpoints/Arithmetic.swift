import Configuration
import GAN
import Numerics

/// How the convolutions' algorithms round: a number that rises where a program gives one of them other bits.
///
/// 1: `im2col` by OpenBLAS; such checkpoints do not name it. 2: `im2col` by our own kernels. Programs of arithmetic 1 look
/// for no number and take every checkpoint for one of theirs; what they write names none either.
package enum Arithmetic {
  package static let current = 2
  /// That of a checkpoint that names none.
  static let older = 1
  static let key = "arithmetic"

  /// What a run that goes on from a checkpoint computes otherwise than the program that wrote it.
  struct Change {
    let setting: SettingChange
    /// In a whole sentence.
    let reason: String
  }

  /// Nil where `new`, the configuration that goes on, gives the bits that the checkpoint's program would have given, or
  /// has nothing left to compute.
  static func change(from facts: CheckpointFacts, _ old: Configuration, to new: Configuration) throws -> Change? {
    let (steps, epochs) = (new.train.steps ?? .max, new.train.epochs ?? .max)
    guard facts.step < steps, facts.epoch < epochs else { return nil }
    guard facts.arithmetic <= current else {
      return Change(
        setting: SettingChange(key: key, old: "\(facts.arithmetic)", new: "\(current)"),
        reason: "A newer program made it, and computes otherwise than this one.")
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
      reason: "These passes were computed by OpenBLAS, and now are by disttrain's own kernels, which round otherwise.")
  }

  private struct LayerPass: Hashable {
    let layer: String
    let pass: KernelSettings.Pass
  }

  /// The passes that go by `im2col`, also where their choice is not written out.
  private static func patchPasses(of configuration: Configuration, _ facts: CheckpointFacts) throws -> Set<LayerPass> {
    let resolved = try configuration.resolved(
      shards: max(1, facts.shards), InstructionSet(rawValue: facts.instructionSet) ?? .baseline)
    return Set(
      resolved.kernels.layers.flatMap { name, layer in
        KernelSettings.Pass.allCases.filter { layer[$0] == .im2col }.map { LayerPass(layer: name, pass: $0) }
      })
  }
}
