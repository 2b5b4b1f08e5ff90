import Configuration
import DatasetFetch
import Files
import Foundation
import ImageIO
import Reporting

extension DataSettings {
  /// Throws if the folder of the images is missing, before MPI starts.
  package func requirePath() throws(UserFacingError) {
    guard let path, !FileManager.default.fileExists(atPath: path) else { return }
    if source == .celeba {
      let missing = ImageError.noCelebA(folder: path, missing: CelebAFiles.images)
      throw UserFacingError(code: .badData, message: missing.description)
    }
    throw UserFacingError(
      code: .badData,
      message: "\(path): no such file or folder; set data.path, which is relative to the configuration file, or give "
        + "--set data.path=FOLDER" + advice)
  }

  /// The error of opening the source, as a user sees it.
  func explained(_ error: ImageError) -> UserFacingError {
    var message = error.description
    switch error {
    case .noSuchFolder, .noSuchFile, .noImages: message += advice
    case .notAFolder(let path): message += Self.contentAdvice(path)
    default: break
    }
    return UserFacingError(code: error.isSystemError ? .inputOutput : .badData, message: message)
  }

  /// What the file is that was given for a folder, and what to do with it.
  private static func contentAdvice(_ file: String) -> String {
    guard let content = try? FileContent(path: file) else { return "" }
    return "; found \(content)" + (content.advice.map { ": \($0)" } ?? "") + "; set data.path to a folder"
  }

  /// The command that fetches the missing data, if a published set may be meant; else an empty text.
  private var advice: String {
    guard let path else { return "" }
    let sets = publishedSets(for: path)
    guard !sets.isEmpty else { return "" }
    let name = sets.count == 1 ? sets[0].name : sets.map(\.name).joined(separator: "|")
    return ". To fetch \(sets.count == 1 ? "it" : "one"): disttrain data fetch \(name) --out \(Self.quoted(path))"
  }

  /// The published sets that the source reads; if there are several, the one named in the path.
  private func publishedSets(for path: String) -> [PublishedDataSet] {
    let possible: [String]
    switch source {
    case .folder: possible = ["facades"]
    case .idx: possible = ["emnist", "fashion", "mnist"]
    case .svhn: possible = ["svhn"]
    case .celeba, .synthetic: possible = []
    }
    let last = path.split(separator: "/").last?.lowercased() ?? ""
    // "fashion-mnist" and "emnist" have "mnist" in them, which comes last.
    let named = possible.first(where: last.contains).map { [$0] }
    let names = named ?? (source == .folder ? [] : possible)
    return PublishedDataSet.all.filter { names.contains($0.name) }
  }

  /// `path` quoted as one word of a shell.
  private static func quoted(_ path: String) -> String {
    let plain = path.utf8.allSatisfy { byte in
      byte >= 128 || "/._-+,:@~".utf8.contains(byte) || Character(UnicodeScalar(byte)).isLetter
        || Character(UnicodeScalar(byte)).isNumber
    }
    return plain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
