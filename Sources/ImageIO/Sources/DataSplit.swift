/// The part of a published data set to read; the raw values are those of `data.split`.
package enum DataSplit: String, Hashable, Sendable, CaseIterable {
  case train
  case test
  /// SVHN's 531,131 easier digits.
  case extra
}

/// The splits of EMNIST (Cohen et al. 2017, table 2); the raw values are those of its files' names.
package enum EMNISTSplit: String, Hashable, Sendable, CaseIterable {
  /// 62 classes, unbalanced.
  case byclass
  /// 47 classes: capitals that look like small letters are merged with them.
  case bymerge
  /// 47 classes of equal size.
  case balanced
  case letters
  case digits
  case mnist
}
