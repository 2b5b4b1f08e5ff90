/// The formats of image files that are read, in the order of the settings.
package enum ImageFormat: String, Hashable, Sendable, CaseIterable {
  case png = "PNG"
  case jpeg = "JPEG"
  case webp = "WebP"
  case tiff = "TIFF"
  case bmp = "BMP"
  /// The first image of an animation.
  case gif = "GIF"
  case heic = "HEIC"
  case avif = "AVIF"

  /// The name in `data.formats`.
  package var settingName: String { rawValue.lowercased() }

  /// In lower case.
  fileprivate var fileExtensions: [String] {
    switch self {
    case .png: ["png"]
    case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
    case .webp: ["webp"]
    case .tiff: ["tif", "tiff"]
    case .bmp: ["bmp", "dib"]
    case .gif: ["gif"]
    case .heic: ["heic", "heif", "hif"]
    case .avif: ["avif"]
    }
  }

  /// The library's file that the program opens, and its package in Debian; nil for formats whose library it is linked
  /// to.
  var library: (file: String, package: String)? {
    switch self {
    case .png, .jpeg, .bmp, .gif: nil
    case .webp: ("libwebp.so.7", "libwebp7")
    case .tiff: ("libtiff.so.6", "libtiff6")
    case .heic, .avif: ("libheif.so.1", "libheif1")
    }
  }
}

extension Set<ImageFormat> {
  package static let all = Set(ImageFormat.allCases)
  /// What programs before `data.formats` read.
  package static let older: Set = [.png, .jpeg]

  /// In the order of the settings.
  package var inOrder: [ImageFormat] { ImageFormat.allCases.filter(contains) }

  /// Extensions of files that are read, compared without regard to case. The format is found from the content.
  package var fileExtensions: [String] { inOrder.flatMap(\.fileExtensions) }

  /// As a list in a sentence: "PNG, JPEG or WebP".
  var spoken: String {
    let names = inOrder.map(\.rawValue)
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return "\(names.dropLast().joined(separator: ", ")) or \(last)"
  }
}
