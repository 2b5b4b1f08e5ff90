import Files
import Foundation
import ImageIO
import Reporting

/// `disttrain data fetch celeba`: prints instructions, since CelebA must be fetched by a person who agrees to its
/// terms.
package struct CelebAByHand {
  package static let name = "celeba"

  private let folder: String

  package init(folder: String) { self.folder = folder }

  /// Exits with success if the images are present.
  ///
  /// - Throws: the instructions, if they are missing.
  package func run() throws -> Never {
    do throws(ImageError) {
      let source = try CelebASource(folder: folder)
      Console(isSpeaking: true).say("\(folder) has CelebA, \(quantity(source.count, "image"))")
    } catch {
      throw UserFacingError(code: .usage, message: error.description)
    }
    try StandardStream.requireOutput()
    exit(ExitCode.done.rawValue)
  }
}
