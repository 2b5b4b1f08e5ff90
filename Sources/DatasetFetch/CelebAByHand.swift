import Foundation
import ImageIO
import Reporting

/// `disttrain data fetch celeba`: says what to do, for CelebA must be fetched by a person who agrees to its terms.
package struct CelebAByHand {
  package static let name = "celeba"

  private let folder: String

  package init(folder: String) { self.folder = folder }

  /// Ends the process well where the images are there already.
  ///
  /// - Throws: what to do, where they are not.
  package func run() throws(UserFacingError) -> Never {
    do throws(ImageError) {
      let source = try CelebASource(folder: folder)
      Console(isSpeaking: true).say("\(folder) has CelebA, \(source.count) images")
    } catch {
      throw UserFacingError(code: .usage, message: error.description)
    }
    exit(ExitCode.done.rawValue)
  }
}
