import Glibc

/// The reasons why images cannot be read or encoded: place, what was found, what was expected, advice.
package enum ImageError: Error, Hashable, Sendable {
  /// The system refused `operation`, which reads `path`; `code` is its errno.
  case unreadable(path: String, operation: String, code: Int32)
  case notARegularFile(path: String)
  case empty(path: String)
  /// The content is no supported image; `found` describes it, `expected` names the formats.
  case unknownFormat(path: String, found: String, expected: String)
  /// The content is an intact image of a kind that is not read.
  case unsupported(path: String, found: String, expected: String)
  /// The library that decodes the format cannot be opened; `reason` is the loader's.
  case noLibrary(path: String, format: ImageFormat, reason: String)
  /// The content breaks its format (an image's, IDX, gzip, MATLAB).
  case damaged(path: String, format: String, reason: String)
  /// An intact file of other content.
  case unexpectedContent(path: String, found: String, expected: String)
  case tooLarge(path: String, width: Int, height: Int)

  case noSuchFolder(path: String)
  case notAFolder(path: String)
  /// No file has one of the extensions and a name that fits the pattern; `others` names the images of other formats
  /// that do.
  case noImages(folder: String, extensions: [String], pattern: String, others: String = "")
  /// No image but perhaps in the parts of the folder that `notes` describe, which were left out.
  case allLeftOut(folder: String, pattern: String, notes: [String])
  /// A folder of published files lacks one of them; `expected` are the names that were tried.
  case noSuchFile(folder: String, expected: [String])
  /// A folder lacks a part of CelebA.
  case noCelebA(folder: String, missing: String)
  case encoding(path: String, reason: String)

  /// True if the system, not the data, is at fault: exit code 74 rather than 65.
  package var isSystemError: Bool {
    switch self {
    case .unreadable(_, _, let code): ![ENOENT, EACCES, ELOOP, ENOTDIR, ENAMETOOLONG, ENXIO].contains(code)
    default: false
    }
  }
}

extension ImageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let path, let operation, let code):
      "\(path): cannot \(operation): \(String(cString: strerror(code)))"
    case .notARegularFile(let path):
      "\(path): not a regular file, but a folder, device, socket or pipe; remove it, or leave it out by data.pattern"
    case .empty(let path):
      "\(path): the file is empty; expected an image"
    case .unknownFormat(let path, let found, let expected):
      "\(path): found \(found), expected a \(expected) image; convert it, or leave it out by data.pattern"
    case .unsupported(let path, let found, let expected):
      "\(path): found \(found), expected \(expected); convert it, or leave it out by data.pattern"
    case .noLibrary(let path, let format, let reason):
      """
      \(path): \(format.rawValue) images need \(format.library?.file ?? "a library") (Debian: \
      \(format.library?.package ?? "none")): \(reason); install it, convert the image, or leave \
      \(format.settingName) out of data.formats
      """
    case .damaged(let path, let format, let reason):
      "\(path): damaged \(format) file: \(reason); restore or remove it"
    case .unexpectedContent(let path, let found, let expected):
      "\(path): found \(found), expected \(expected)"
    case .tooLarge(let path, let width, let height):
      """
      \(path): \(width)×\(height) pixels; at most \(Image.largestSide) a side and \(Image.mostPixels) in all \
      are read; scale it down
      """
    case .noSuchFolder(let path):
      "\(path): no such file or folder; data.path is relative to the configuration file"
    case .notAFolder(let path):
      "\(path): a file, expected a folder of images"
    case .noImages(let folder, let extensions, let pattern, let others):
      """
      \(folder): no images; expected files ending in .\(extensions.joined(separator: ", .")) \
      that match data.pattern "\(pattern)"\(others.isEmpty ? "" : "; found only images that are not read: \(others)")
      """
    case .allLeftOut(let folder, let pattern, let notes):
      """
      \(folder): no images that match data.pattern "\(pattern)" besides what was left out:
        \(notes.joined(separator: "\n  "))
      """
    case .noSuchFile(let folder, let expected):
      """
      \(folder): none of \(expected.joined(separator: ", ")) is there; data.path names the folder of the \
      published files
      """
    case .noCelebA(let folder, let missing):
      """
      \(folder)/\(missing): not there. CelebA (Liu et al. 2015), 202,599 photographs of faces, is given for \
      non-commercial research only, so that it must be fetched by hand: agree to its terms at \
      https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, fetch "Align&Cropped Images" and unpack \
      img_align_celeba.zip. data.path names the folder that holds \(CelebAFiles.images)/ and, where \
      data.celeba selects, \(CelebAFiles.partitions).txt and \(CelebAFiles.attributes).txt, or the same as .csv
      """
    case .encoding(let path, let reason):
      "\(path): cannot encode the image: \(reason)"
    }
  }
}

/// Names in the published archive of CelebA.
package enum CelebAFiles {
  package static let images = "img_align_celeba"
  static let partitions = "list_eval_partition"
  static let attributes = "list_attr_celeba"
  /// As published, and as Kaggle's copy has the lists.
  static let listExtensions = ["txt", "csv"]
}
