import Cluster
import Configuration
import DistTrain
import Reporting
import TestSupport
import Testing

@Suite struct RecipeLogTests {
  private func schedule(
    images: Int = 160, lastBatch: LastBatch = .drop, steps: Int? = nil, epochs: Int? = 200, batchesPerStep: Int = 1
  ) throws -> EpochSchedule {
    let plan = try ShardPlan(batch: 4, shards: 4, ranks: 1)
    return try EpochSchedule(
      plan: plan, deal: Deal(images: images, plan: plan, seed: 1, shuffle: false), lastBatch: lastBatch, steps: steps,
      epochs: epochs, batchesPerStep: batchesPerStep)
  }

  private func measured(_ step: Int, lossD: Double = 0.5123, lossG: Double = 2.3456) -> StepMeasurements {
    var measured = StepMeasurements(
      step, epoch: 0, lossD: lossD, lossG: lossG, probabilityReal: 0.7654, probabilityFake: 0.2345,
      probabilityFakeAfter: 0.1234, imagesPerSecond: 41)
    (measured.report.lossReal, measured.report.lossFake) = (0.3, lossD - 0.3)
    (measured.report.accuracyReal, measured.report.accuracyFake, measured.report.accuracyGenerator) = (0.75, 1, 0.25)
    return measured
  }

  /// The lines of a recipe's log over `steps`, each with the step that it came after.
  private func lines(
    _ format: OutputSettings.LogFormat, every interval: Interval = .steps(50), _ steps: ClosedRange<Int>,
    _ schedule: EpochSchedule, ends: Bool = false
  ) throws -> [String] {
    var log = try #require(format.recipeLog(every: interval))
    var lines: [String] = []
    for step in steps { lines += log.lines(after: LoggedStep(measured(step), in: schedule)).map { "\(step): \($0)" } }
    return lines + (ends ? log.endingLines().map { "end: \($0)" } : [])
  }

  // MARK: In the recipes' own words

  static let wordings: [(OutputSettings.LogFormat, Int, Double, Double, String)] = [
    (
      .glasses, 1, 0.5123, 2.3456,
      "[0/200][0/40]\tLoss_D: 0.5123\tLoss_G: 2.3456\tD(x): 0.7654\tD(G(z)): 0.2345 / 0.1234"
    ),
    (.architecture, 40, 1.386294, 0.693147, "Epoch 1/200... Discriminator Loss: 1.3863... Generator Loss: 0.6931"),
    (.fashion, 40, 0.5123, 2.3449, "Epoch 1 - loss_d: 0.512, loss_g: 2.345"),
    (
      .ganlab, 40, 0.5123, 2.3449,
      "Epoch 1/200 - D real: loss 0.300, accuracy 0.750; D fake: loss 0.212, accuracy 1.000; "
        + "G: loss 2.345, accuracy 0.250"
    ),
  ]

  @Test(arguments: wordings)
  func ownWords(format: OutputSettings.LogFormat, step: Int, lossD: Double, lossG: Double, line: String) throws {
    var log = try #require(format.recipeLog(every: .steps(20)))
    var last: [String] = []
    for done in 1...step {
      last = log.lines(after: LoggedStep(measured(done, lossD: lossD, lossG: lossG), in: try schedule()))
    }
    #expect(last == [line])
  }

  @Test func whatIsMeasuredIsSaid() throws {
    var log = try #require(OutputSettings.LogFormat.ganlab.recipeLog(every: .steps(1)))
    let schedule = try schedule(images: 8)
    var lines: [String] = []
    for step in 1...4 {
      var measured = measured(step)
      // The first step of an epoch has 0.5 and the second 0.75.
      measured.report.accuracyReal = step % 2 == 1 ? 0.5 : 0.75
      if step == 2 { measured.heldOut = (loss: 0.7, accuracy: 0.25) }
      lines += log.lines(after: LoggedStep(measured, in: schedule))
    }
    #expect(
      lines == [
        "Epoch 1/200 - D real: loss 0.300, accuracy 0.625; D fake: loss 0.212, accuracy 1.000; "
          + "D held out: loss 0.700, accuracy 0.250; G: loss 2.346, accuracy 0.250",
        "Epoch 2/200 - D real: loss 0.300, accuracy 0.625; D fake: loss 0.212, accuracy 1.000; "
          + "G: loss 2.346, accuracy 0.250",
      ])
  }

  @Test func onlyArchitectureSpeaksOfCheckpoints() {
    for format in OutputSettings.LogFormat.allCases {
      let line = format.recipeLog(every: .steps(1))?.checkpointLine
      #expect(line == (format == .architecture ? "Model has been saved." : nil))
    }
    #expect(OutputSettings.LogFormat.standard.recipeLog(every: .steps(1)) == nil)
  }

  // MARK: When

  /// PyTorch's example prints where `i % 50 == 0`, `i` counting an epoch's batches from 0.
  @Test func glassesCountsWithinTheEpoch() throws {
    let long = try lines(.glasses, 1...240, schedule(images: 480, epochs: 2)).map { $0.prefix { $0 != "\t" } }
    #expect(
      long == [
        "1: [0/2][0/120]", "51: [0/2][50/120]", "101: [0/2][100/120]", "121: [1/2][0/120]", "171: [1/2][50/120]",
        "221: [1/2][100/120]",
      ])
    let short = try lines(.glasses, 1...81, schedule()).map { String($0.prefix(14)) }
    #expect(short == ["1: [0/200][0/4", "41: [1/200][0/", "81: [2/200][0/"])
    let rare = try lines(.glasses, every: .epochs(2), 1...200, schedule()).map { String($0.prefix(13)) }
    #expect(rare == ["1: [0/200][0/", "81: [2/200][0", "161: [4/200]["])
  }

  /// Three batches an epoch and two a step: the second epoch's first batch is in the second step.
  @Test func stepsOfSeveralBatches() throws {
    let schedule = try schedule(images: 12, epochs: 4, batchesPerStep: 2)
    #expect(schedule.totalSteps == 6)
    let glasses = try lines(.glasses, 1...6, schedule).map { String($0.prefix(11)) }
    #expect(glasses == ["1: [0/4][0/", "2: [1/4][0/", "4: [2/4][0/", "5: [3/4][0/"])
    let fashion = try lines(.fashion, 1...6, schedule, ends: true).map { String($0.prefix(10)) }
    #expect(fashion == ["2: Epoch 1", "3: Epoch 2", "5: Epoch 3", "6: Epoch 4"])
    #expect(try lines(.fashion, 1...6, schedule).allSatisfy { !$0.contains("means of") })
  }

  @Test func architectureCountsSteps() throws {
    let schedule = try schedule(images: 12, epochs: 4)
    let steps = try lines(.architecture, every: .steps(5), 1...12, schedule).map { String($0.prefix(16)) }
    #expect(steps == ["5: Epoch 2/4... ", "10: Epoch 4/4..."])
    let epochs = try lines(.architecture, every: .epochs(2), 1...12, schedule).map { String($0.prefix(16)) }
    #expect(epochs == ["6: Epoch 2/4... ", "12: Epoch 4/4..."])
  }

  /// A run that is continued, or ends, within an epoch says of how many steps its means are.
  @Test func partsOfAnEpochAreSaid() throws {
    let schedule = try schedule(steps: 100)
    for format in [OutputSettings.LogFormat.fashion, .ganlab] {
      let lines = try lines(format, 31...100, schedule, ends: true)
      #expect(lines.count == 3 && lines[0].hasPrefix("40: Epoch 1") && lines[2].hasPrefix("end: Epoch 3"), "\(lines)")
      #expect(lines[0].hasSuffix(" (means of 10 of 40 steps)") && lines[2].hasSuffix(" (means of 20 of 40 steps)"))
      #expect(!lines[1].contains("means"))
    }
    #expect(try lines(.ganlab, 41...80, schedule)[0].contains("Epoch 2/3 - "), "the third epoch is begun")
    #expect(try lines(.glasses, 31...39, schedule, ends: true).isEmpty)
  }

  // MARK: On the terminal and in a file

  @Test(arguments: [nil, 120]) func aRecipesLinesReplaceTheStandardOnes(columns: Int?) throws {
    let recorder = ProgressRecorder()
    let terminal =
      columns.map { columns in Terminal(redraws: true, hasColor: false, hasUnicode: true) { columns } } ?? .plain
    let log = try #require(OutputSettings.LogFormat.architecture.recipeLog(every: .steps(2)))
    var progress = TrainingProgress(
      continuingFrom: 0, totalSteps: 5, totalEpochs: 1, logEvery: 2, recipe: (log, try schedule()), on: terminal,
      clock: recorder.clock, display: recorder.display)
    for step in 1...5 {
      recorder.pass(seconds: 1)
      progress.update(measured(step))
      if step == 3 { progress.checkpointWritten() }
    }
    progress.end()
    let line = "Epoch 1/200... Discriminator Loss: 0.5123... Generator Loss: 2.3456"
    let shown = recorder.screen.filter { !$0.isEmpty }
    #expect(shown.prefix(3) == [line, "Model has been saved.", line], "\(shown)")
    #expect(shown.count == (columns == nil ? 3 : 4), "the bar stands below them: \(shown)")
  }
}
