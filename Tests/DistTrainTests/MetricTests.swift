import DistTrain
import Events
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

/// That a metric is declared in one place and known in all of them.
@Suite struct MetricTests {
  private let everything = StepMeasurements.everything

  @Test func everySentenceIsOne() {
    let summaries = Metric.allCases.map(\.declaration.summary)
    #expect(Set(summaries).count == summaries.count)
    for text in summaries {
      #expect(text.hasSuffix(".") && !text.dropLast().contains(". ") && !text.contains("\n"), "\(text)")
    }
  }

  /// A metric that is missing here is missing in `StepMeasurements.everything`.
  @Test func everyMetricIsInTheLine() throws {
    let line = try JSONDecoder().decode(Line.self, from: Data(everything.json.utf8))
    #expect(line.keys == Set(Metric.allCases))
    for (metric, value) in line.numbers { #expect(value == everything[metric], "\(metric)") }
  }

  private struct Line: Decodable {
    let keys: Set<Metric>
    var numbers: [Metric: Double] = [:]

    init(from decoder: any Swift.Decoder) throws {
      let line = try decoder.container(keyedBy: Metric.self)
      keys = Set(line.allKeys)
      for metric in keys where metric.tag != nil { numbers[metric] = try line.decode(Double.self, forKey: metric) }
    }
  }

  /// Each with its group and, once in a file, its sentence.
  @Test func everyNumberIsInTheEvents() throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path, name: "run")
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let events = try TrainingEvents(folder, continuingFrom: 0, configuration: "name: run")
    var next = everything
    (next.step, next.report.lossGenerator) = (1250, .nan)
    for measured in [everything, next] { try events.append(measured) }

    let name = try #require(try place.names("run").first)
    let summaries = try Self.events(Data(contentsOf: URL(filePath: "\(folder.path)/\(name)"))).suffix(2)
    #expect(summaries.map(\.step) == [1200, 1250])
    let (first, second) = (summaries.first!.summary.value, summaries.last!.summary.value)
    #expect(first.map(\.tag) == Metric.allCases.compactMap(\.tag))
    for (metric, value) in zip(Metric.allCases.filter { $0.tag != nil }, first) {
      #expect(value.tag == "\(metric.declaration.group)/\(metric.rawValue)")
      #expect(value.simpleValue == everything[metric].map { Float($0) }, "\(metric)")
      #expect(value.metadata.summaryDescription == metric.declaration.summary)
    }
    #expect(second.map(\.tag) == first.map(\.tag).filter { $0 != "losses/lossG" }, "what is not finite has no point")
    #expect(second.allSatisfy { !$0.hasMetadata })
  }

  /// Runs of earlier versions have these; TensorBoard draws equal tags together.
  @Test func tagsStay() {
    let earlier: Set = [
      "run/epoch", "speed/images", "losses/lossD", "losses/lossG", "discriminator/Dx", "discriminator/DGz1",
      "discriminator/DGz2", "speed/imagesPerSecond", "speed/secondsPerStep", "losses/lossReal", "losses/lossFake",
      "losses/lossHeldOut", "discriminator/accuracyReal", "discriminator/accuracyFake",
      "discriminator/accuracyHeldOut", "discriminator/accuracyGenerator", "losses/penalty", "quality/gradientNorm",
      "quality/slicedWasserstein",
    ]
    #expect(earlier.subtracting(Metric.allCases.compactMap(\.tag)).isEmpty)
  }

  @Test func theDocumentationIsMadeFromTheDeclarations() throws {
    if MetricsPage.isWanted { try MetricsPage.text.write(to: MetricsPage.file, atomically: true, encoding: .utf8) }
    #expect(
      try String(contentsOf: MetricsPage.file, encoding: .utf8) == MetricsPage.text, "run: \(MetricsPage.command)")
  }

  /// The messages of an event file, in its framing: length, checksum, message, checksum.
  private static func events(_ file: Data) throws -> [Tensorboard_Event] {
    var (events, rest) = ([Tensorboard_Event](), file[...])
    while !rest.isEmpty {
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      events.append(try Tensorboard_Event(serializedBytes: Data(rest.dropFirst(12).prefix(length))))
      rest = rest.dropFirst(12 + length + 4)
    }
    return events
  }
}
