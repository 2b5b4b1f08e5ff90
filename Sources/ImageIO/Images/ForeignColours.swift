/// Colours other than sRGB's that a file says its numbers mean; the raw values stand in the cache.
package enum ForeignColours: UInt8, Hashable, Sendable, CaseIterable {
  case displayP3 = 1
  case adobeRGB
  case proPhoto
  case rec2020
  /// sRGB's primaries with another transfer function.
  case otherGamma
  /// The transfer functions of HDR, ITU-R BT.2100.
  case perceptualQuantizer
  case hybridLogGamma
  case grey
  case fourColours
  case other

  package var name: String {
    switch self {
    case .displayP3: "Display P3"
    case .adobeRGB: "Adobe RGB"
    case .proPhoto: "ProPhoto RGB"
    case .rec2020: "Rec. 2020"
    case .otherGamma: "another gamma"
    case .perceptualQuantizer: "HDR (PQ)"
    case .hybridLogGamma: "HDR (HLG)"
    case .grey: "grey"
    case .fourColours: "CMYK"
    case .other: "others"
    }
  }

  /// A sentence about the number of images with each; nil if there are none.
  package static func sentence(_ counts: [ForeignColours: Int]) -> String? {
    let found = allCases.map { ($0, counts[$0] ?? 0) }.filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
    let total = found.reduce(0) { $0 + $1.1 }
    guard total > 0 else { return nil }
    let parts = found.map { "\($0.0.name): \($0.1)" }.joined(separator: ", ")
    return "\(total) image\(total == 1 ? " has" : "s have") a colour profile other than sRGB (\(parts)): "
      + "\(total == 1 ? "its" : "their") numbers are used as they are"
  }
}

extension ForeignColours {
  /// By the code points of ITU-T H.273, as in PNG's cICP and a HEIF file's nclx; nil for sRGB, and for video's
  /// functions that are shown as sRGB.
  package init?(primaries: UInt8, transfer: UInt8) {
    switch (primaries, transfer) {
    case (_, 16): self = .perceptualQuantizer
    case (_, 18): self = .hybridLogGamma
    case (11, _), (12, _): self = .displayP3
    case (9, _): self = .rec2020
    case (0...2, 0...2), (5...7, 0...2), (0...2, 4), (5...7, 4), (0...2, 6...7), (5...7, 6...7): return nil
    case (0...2, 13...15), (5...7, 13...15): return nil
    case (0...2, _), (5...7, _): self = .otherGamma
    default: self = .other
    }
  }
}
