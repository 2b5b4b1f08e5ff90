import Configuration
import Files
import GAN
import ImageIO
import Numerics
import Reporting

extension DataSettings {
  /// The images that the configuration names, found but not decoded.
  package func open(seed: UInt64, for image: FeatureShape) throws(UserFacingError) -> any ImageSource {
    do throws(ImageError) {
      switch source {
      case .folder:
        return try FolderSource(
          folder: path!, pattern: pattern, limit: limit, formats: formats, omitting: omissions)
      case .celeba:
        return try CelebASource(
          folder: path!, selection: celeba, limit: limit, formats: formats, omitting: omissions)
      case .idx:
        return try IDXSource(path: path!, split: split, emnist: emnist, transposed: transpose, limit: limit)
      case .svhn: return try SVHNSource(path: path!, split: split, limit: limit)
      case .synthetic:
        return SyntheticSource(
          seed: seed, count: min(limit ?? syntheticCount, syntheticCount), size: max(image.height, image.width))
      }
    } catch {
      throw explained(error)
    }
  }

  package func transform(to image: FeatureShape) -> Transform {
    Transform(
      width: image.width, height: image.height, channels: image.channels, fit: resize, antialias: antialias,
      decoding: decode, reading: reading)
  }

  /// Which files are read, and what is followed of their statements about their pixels.
  package var reading: ImageReading {
    ImageReading(orientation: orientation, background: background, formats: formats)
  }

  /// What is left out of a folder.
  package var omissions: Omissions { folders == .all ? [] : .standard }

  /// The place of the cache; nil for no cache.
  package func cachePlace(environment: [String: String]) -> CachePlace? {
    cacheFolder(environment: environment).map { CachePlace(folder: $0, limit: cacheLimit.map { $0 * 1_000_000_000 }) }
  }

  /// The folder of the cache: `$XDG_CACHE_HOME/disttrain`, by default `~/.cache/disttrain`; nil for no cache.
  /// Synthetic images need no cache: drawing is as fast as reading.
  package func cacheFolder(environment: [String: String]) -> String? {
    switch cache {
    case .off: return nil
    case .folder(let path): return path
    case .automatic:
      if source == .synthetic { return nil }
      if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") { return folder + "/disttrain" }
      return environment["HOME"].map { $0 + "/.cache/disttrain" }
    }
  }
}

extension SHA256 {
  /// For the cache of decoded images.
  package static let imageHash: HashFunction = { SHA256.digest(of: $0).bytes }
}
