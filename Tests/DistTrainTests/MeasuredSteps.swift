import DistTrain
import GAN

// Steps as tests need them.
extension StepMeasurements {
  init(
    _ step: Int, epoch: Int, lossD: Double, lossG: Double, probabilityReal: Double, probabilityFake: Double,
    probabilityFakeAfter: Double, imagesPerSecond: Double
  ) {
    var report = StepReport()
    (report.lossDiscriminator, report.lossGenerator) = (lossD, lossG)
    (report.probabilityReal, report.probabilityFake) = (probabilityReal, probabilityFake)
    report.probabilityFakeAfter = probabilityFakeAfter
    self.init(step: step, epoch: epoch, images: step * 16, report: report, imagesPerSecond: imagesPerSecond)
  }

  /// A line of which nothing is missing.
  static var everything: StepMeasurements {
    var measured = StepMeasurements(
      1200, epoch: 3, lossD: 1.3862943611198906, lossG: 0.1, probabilityReal: 0.625, probabilityFake: 0.375,
      probabilityFakeAfter: 1e-05, imagesPerSecond: 41.25)
    (measured.report.lossReal, measured.report.lossFake) = (0.6931471805599453, 1e-7)
    (measured.report.accuracyReal, measured.report.accuracyFake) = (0.75, 1)
    measured.report.accuracyGenerator = 0
    (measured.report.penalty, measured.report.gradientNorm) = (2.5, 1.125)
    measured.heldOut = (loss: 123456.78125, accuracy: 0.5)
    measured.quality = ModelQuality(measure: "slicedWasserstein", value: 61.25)
    measured.times = StepTimes(
      perStep: 0.385, compute: Spread(min: 0.25, median: 0.3, max: 0.375, rank: 1),
      exchange: Spread(min: 0, median: 0.0078125, max: 0.25, rank: 2),
      data: Spread(min: 0.001, median: 2, max: .infinity))
    return measured
  }

  private typealias Spread = StepTimes.Spread
}
