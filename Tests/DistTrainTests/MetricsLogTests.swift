import DistTrain
import Files
import Foundation
import ModelFiles
import Reporting
import TestSupport
import Testing

@Suite struct MetricsLogTests {
  private func record(_ step: Int) -> StepMeasurements {
    let spread = StepTimes.Spread(min: 0.25, median: 0.5, max: 1)
    var measured = StepMeasurements(
      step, epoch: 2, lossD: 0.5, lossG: 2.25, probabilityReal: 0.75, probabilityFake: 0.25,
      probabilityFakeAfter: 0.125, imagesPerSecond: 41.5)
    measured.times = StepTimes(perStep: 0.385, compute: spread, exchange: spread, data: spread)
    return measured
  }

  private func steps(_ place: TemporaryFolder) throws -> [Int] {
    try place.text("metrics.jsonl").split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["step"] as? Int)
    }
  }

  /// Programs read these lines: names, order and format stay.
  @Test func theLineInFull() {
    #expect(
      StepMeasurements.everything.json == """
        {"step": 1200, "epoch": 3, "images": 19200, "lossD": 1.3862943611198906, "lossG": 0.1, "Dx": 0.625, \
        "DGz1": 0.375, "DGz2": 1e-05, "imagesPerSecond": 41.25, "secondsPerStep": 0.385, \
        "lossReal": 0.6931471805599453, "lossFake": 1e-07, "lossHeldOut": 123456.78125, "accuracyReal": 0.75, \
        "accuracyFake": 1.0, "accuracyHeldOut": 0.5, "accuracyGenerator": 0.0, "penalty": 2.5, \
        "gradientNorm": 1.125, "slicedWasserstein": 61.25, "secondsCompute": {"min": 0.25, "median": 0.3, \
        "max": 0.375, "rank": 1}, "secondsExchange": {"min": 0.0, "median": 0.0078125, "max": 0.25, "rank": 2}, \
        "secondsData": {"min": 0.001, "median": 2.0, "max": null}}
        """)
    #expect(
      record(200).json == """
        {"step": 200, "epoch": 2, "images": 3200, "lossD": 0.5, "lossG": 2.25, "Dx": 0.75, "DGz1": 0.25, \
        "DGz2": 0.125, "imagesPerSecond": 41.5, "secondsPerStep": 0.385, "lossReal": 0.0, "lossFake": 0.0, \
        "accuracyReal": 0.0, "accuracyFake": 0.0, "accuracyGenerator": 0.0, "secondsCompute": {"min": 0.25, \
        "median": 0.5, "max": 1.0}, "secondsExchange": {"min": 0.25, "median": 0.5, "max": 1.0}, \
        "secondsData": {"min": 0.25, "median": 0.5, "max": 1.0}}
        """)
  }

  @Test func whatIsNotFiniteBecomesNull() throws {
    var record = record(1)
    record.report.lossDiscriminator = .nan
    record.report.lossGenerator = -.infinity
    record.times?.data.max = .infinity
    let object = try #require(try JSONSerialization.jsonObject(with: Data(record.json.utf8)) as? [String: Any])
    #expect(object["lossD"] is NSNull && object["lossG"] is NSNull)
    #expect((object["secondsData"] as? [String: Any])?["max"] is NSNull)
    record.report.lossDiscriminator = 1e-300
    record.report.lossGenerator = 1e300
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(record.json.utf8)) }
  }

  @Test func theLossesAreThoseOfAllLines() throws {
    let place = try TemporaryFolder()
    let path = place.path + "/metrics.jsonl"
    do {
      let log = try MetricsLog(at: path, continuingFrom: 0)
      #expect(log.losses.isEmpty)
      var broken = record(100)
      broken.report.lossGenerator = .infinity
      for record in [record(50), broken, record(150)] { try log.append(record) }
      #expect(log.losses.map(\.step) == [50, 100, 150])
    }
    let log = try MetricsLog(at: path, continuingFrom: 100)
    try log.append(record(120))
    #expect(log.losses.map(\.step) == [50, 100, 120])
    #expect(log.losses.map(\.discriminator) == [0.5, 0.5, 0.5])
    #expect(log.losses[0].generator == 2.25 && log.losses[1].generator.isNaN && log.losses[2].generator == 2.25)
  }

  @Test func continuingLeavesNoGapAndNoDoubledLine() throws {
    let place = try TemporaryFolder()
    let path = place.path + "/metrics.jsonl"
    do {
      let log = try MetricsLog(at: path, continuingFrom: 0)
      for step in stride(from: 50, through: 300, by: 50) { try log.append(record(step)) }
      try log.synchronize()
    }
    let continued = try MetricsLog(at: path, continuingFrom: 150)
    #expect(continued.removed.later == 3 && continued.removed.damaged == 0)
    #expect(try steps(place) == [50, 100, 150])
    for step in stride(from: 200, through: 300, by: 50) { try continued.append(record(step)) }
    #expect(try steps(place) == [50, 100, 150, 200, 250, 300])
    #expect(try place.names("") == ["metrics.jsonl"])
  }

  @Test func aRunFromTheBeginningStartsEmpty() throws {
    let place = try TemporaryFolder()
    let path = place.path + "/metrics.jsonl"
    try MetricsLog(at: path, continuingFrom: 0).append(record(50))
    _ = try MetricsLog(at: path, continuingFrom: 0)
    #expect(try place.text("metrics.jsonl") == "")
  }

  @Test func aTornLastLineIsRemoved() throws {
    let whole = record(50).json + "\n"
    let next = record(100).json + "\n"
    for length in 1..<next.utf8.count {
      let place = try TemporaryFolder()
      try place.write(whole + next.prefix(length), "metrics.jsonl")
      let log = try MetricsLog(at: place.path + "/metrics.jsonl", continuingFrom: 1000)
      #expect(log.removed.damaged == 1)
      try log.append(record(100))
      #expect(try place.text("metrics.jsonl") == whole + next)
    }
  }

  @Test func linesThatAreNoRecordsAreRemoved() throws {
    let place = try TemporaryFolder()
    let lines = ["not json", "{\"epoch\": 1}", record(50).json, record(50).json, "\u{0}", record(100).json]
    try place.write(lines.joined(separator: "\n") + "\n\n", "metrics.jsonl")
    let log = try MetricsLog(at: place.path + "/metrics.jsonl", continuingFrom: 100)
    #expect(log.removed.damaged == 4 && log.removed.later == 0)
    #expect(try steps(place) == [50, 100])
  }

  @Test func aWriteThatTheSystemCutsOffLeavesNoPart() async throws {
    await #expect(processExitsWith: .exitCode(ExitCode.inputOutput.rawValue)) {
      let place = try TemporaryFolder()
      let log = try MetricsLog(at: place.path + "/metrics.jsonl", continuingFrom: 0)
      let suite = MetricsLogTests()
      try log.append(suite.record(50))
      let one = try place.text("metrics.jsonl")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: UInt(one.utf8.count + 40), rlim_max: UInt(one.utf8.count + 40))
      setrlimit(__rlimit_resource_t(1), &limit)  // RLIMIT_FSIZE
      do {
        try log.append(suite.record(100))
      } catch let error as FileError {
        guard try place.text("metrics.jsonl") == one else { exit(1) }
        exit(error.code.rawValue)
      }
    }
  }
}
