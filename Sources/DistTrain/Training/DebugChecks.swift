import GAN
import Numerics
import Reporting

/// The checks of `--debug`: they inspect every layer and change no bit.
struct DebugChecks {
  private let state: RunState
  private let console: Console

  init(_ state: RunState, console: Console) {
    self.state = state
    self.console = console
  }

  /// Watches every layer for values that are not finite, and checks every gradient once by central differences.
  func begin(_ index: Int, _ batch: LocalBatch) throws {
    let checks = try state.step.checkGradients(index, batch)
    for network in [state.step.generator, state.step.discriminator] {
      network.fusesLayers = false
      network.inspect = { event in try event.requireFinite() }
    }
    console.say("gradients against central differences (back-propagation, differences, relative error):")
    for check in checks {
      let mark = check.passes ? " " : "!"
      console.say(
        "\(mark) \(check.tensor)  \(Self.format(check.analytic))  \(Self.format(check.numeric))  "
          + Self.format(check.relativeError))
    }
    let failed = checks.filter { !$0.passes }
    guard failed.isEmpty else {
      throw UserFacingError(
        code: .internalError,
        message: "the gradients of \(failed.map(\.tensor).joined(separator: ", ")) are not those of the loss")
    }
  }

  private static func format(_ value: Double) -> String {
    let digits = Float(value).description
    return digits + String(repeating: " ", count: max(0, 14 - digits.count))
  }
}
