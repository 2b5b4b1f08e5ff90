import DistTrain
import Foundation

/// docs/metrics.md, made from the declarations.
enum MetricsPage {
  static let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/metrics.md")
  static let command = "DISTTRAIN_WRITE_DOCS=1 swift test -c release --filter MetricTests"
  static let isWanted = ProcessInfo.processInfo.environment["DISTTRAIN_WRITE_DOCS"] != nil

  static var text: String {
    let rows = Metric.allCases.map { metric in
      let cells = [
        "`\(metric.rawValue)`", kind(metric), metric.tag.map { "`\($0)`" } ?? "", metric.declaration.summary,
      ]
      return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    return """
      <!-- Made from Sources/DistTrain/Metrics/Metric.swift by: \(command) -->

      # Metrics

      A line of `metrics.jsonl` is a JSON object with these keys, in this order. There is one every
      `output.log.every`, and one after the last step.

      - Losses, probabilities and accuracies are means over the images of the step's batches on all ranks, and over
        its updates. With `output.log.losses: recomputed`, `lossD` and `lossG` are those of both networks after their
        updates, without a gradient penalty.
      - What was not measured is left out, and a number that is not finite is `null`.
      - A value *over ranks* is `{"min": …, "median": …, "max": …, "rank": …}`; `rank`, the slowest one, is left out in
        a job of one.
      - TensorBoard shows the single numbers under the names given, each with its sentence.

      | key | value | TensorBoard | |
      |---|---|---|---|

      """ + rows.joined()
  }

  private static func kind(_ metric: Metric) -> String {
    switch metric.declaration.value {
    case .whole: "whole"
    case .number: "number"
    case .overRanks: "over ranks"
    }
  }
}
