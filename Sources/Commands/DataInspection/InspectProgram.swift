import Configuration
import Files
import Foundation
import ImageIO
import Numerics
import Reporting

/// `disttrain data inspect PATH`: formats, sizes and errors of the images of a folder or of a configuration.
package struct InspectProgram {
  /// A folder, or a configuration.
  package var path: String
  package var overrides: [String]
  package var printsJSON: Bool

  package init(path: String, overrides: [String], printsJSON: Bool) {
    (self.path, self.overrides, self.printsJSON) = (expandingHome(path), overrides, printsJSON)
  }

  /// Inspects and ends the process.
  package func main() -> Never {
    GenerationEnd.run { _, threads in
      let report = try run(threads)
      let console = Console(isSpeaking: true)
      if printsJSON { console.say(try report.json) } else { report.lines.forEach(console.say) }
      guard let first = report.unreadable.first else { return try StandardStream.requireOutput() }
      let isSystemError = report.unreadable.contains(where: \.isSystemError)
      throw UserFacingError(
        code: isSystemError ? .inputOutput : .badData,
        message: report.unreadable.count == 1
          ? first.reason
          : "\(report.unreadable.count) of \(report.unreadable.count + report.images) images cannot be read")
    }
  }

  private func run(_ threads: Threads) throws -> SurveyReport {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      guard overrides.isEmpty else {
        throw UserFacingError(
          code: .usage, message: "--set goes with a configuration, and \(path) is a folder: give the configuration")
      }
      return survey(try FolderSource(folder: path), kind: "", transform: nil, threads)
    }
    let configuration = try Configuration(file: path, overrides: overrides)
    let (data, model) = (configuration.data, configuration.model)
    try data.requirePath()
    let source = try data.open(seed: configuration.seed, for: model.image)
    let transform = data.transform(to: model.image)
    // One file holds all images: an error is reported once.
    if [.idx, .svhn].contains(data.source) { _ = try source.load(0, channels: 3) }
    let kind =
      switch data.source {
      case .idx: "IDX, grey, 8 bits"
      case .svhn: "MATLAB, colour, 8 bits"
      case .synthetic: "drawn, colour, 8 bits"
      case .folder, .celeba: ""
      }
    return survey(source, kind: kind, transform: transform, threads)
  }

  private func survey(
    _ source: some ImageSource, kind: String, transform: Transform?, _ threads: Threads
  ) -> SurveyReport {
    let console = Console(isSpeaking: !printsJSON)
    let progress = printsJSON ? nil : console.countProgress("decoding", of: source.count)
    let survey = ImageSurvey(
      source, kind: kind, reading: transform?.reading ?? .asShown, threads: threads, progress: progress)
    return SurveyReport(
      survey, source: path, otherFiles: (source as? FolderSource)?.others ?? [:], notes: source.notes,
      transform: transform)
  }
}
