import Files
import Glibc
import ImageIO

extension RunFolder {
  /// The steps of the grids of the fixed latents, ascending.
  package func sampledSteps() throws(RunFolderError) -> [Int] { try Self.steps(in: samplesFolder, suffix: ".png") }

  /// Whether `samples.gif`, which is written last, exists and is no older than the sample of the last step.
  package func hasEnded(after step: Int) -> Bool {
    var (animation, sample) = (stat(), stat())
    guard lstat(sampleAnimation, &animation) == 0 else { return false }
    guard lstat(self.sample(step: step), &sample) == 0 else { return true }
    let (written, last) = (animation.st_mtim, sample.st_mtim)
    return (written.tv_sec, written.tv_nsec) >= (last.tv_sec, last.tv_nsec)
  }

  /// Sets the samples of steps after `step` aside, because the run continues from `step` on another path.
  package func setAside(samplesAfter step: Int) throws(RunFolderError) {
    for later in try sampledSteps() where later > step { try Self.setAside(sample(step: later)) }
  }

  /// Writes `samples.gif` from the existing samples, so that a continued run shows all of its steps.
  ///
  /// - Parameter channels: of the samples.
  /// - Returns: the files that could not be shown, with the reason, in the order of their steps.
  package func writeSampleAnimation(channels: Int) throws -> [String] {
    let steps = try sampledSteps()
    var leftOut: [String] = []
    func image(_ path: String) -> Image? {
      do throws(any Error) {
        guard let bytes = try contents(ofFile: path) else {
          leftOut.append("\(path): has just been removed")
          return nil
        }
        return try Decoder.image(in: bytes, channels: channels, path: path)
      } catch {
        leftOut.append("\(error)")
        return nil
      }
    }
    // output.samples.count may have changed during the run; the size of the newest grid counts.
    guard let last = steps.last.flatMap({ image(sample(step: $0)) }) else { return leftOut }
    let made = try Animation(images: steps.count).bytes { frame in
      let path = sample(step: steps[frame])
      guard frame < steps.count - 1 else { return last }
      guard let image = image(path) else { return nil }
      guard (image.width, image.height) == (last.width, last.height) else {
        leftOut.append(
          "\(path): \(image.width)×\(image.height) pixels, and the last one has \(last.width)×\(last.height)")
        return nil
      }
      return image
    }
    if let made { try write(made.bytes, to: sampleAnimation) }
    return leftOut
  }

  /// Writes `losses.png`: D's and G's loss over the steps, of every line of `metrics.jsonl`.
  package func writeLossChart(_ losses: [MetricsLog.Losses]) throws {
    let chart = LossChart([
      LossChart.Line(name: "D", points: losses.map { ($0.step, $0.discriminator) }),
      LossChart.Line(name: "G", points: losses.map { ($0.step, $0.generator) }),
    ])
    try write(PNGEncoder.bytes(of: chart.image()), to: lossChart)
  }
}
