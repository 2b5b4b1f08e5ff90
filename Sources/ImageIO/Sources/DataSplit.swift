/// Which part of a published data set is read; the raw values are those of `data.split`.
package enum DataSplit: String, Hashable, Sendable, CaseIterable {
  case train
  case test
  /// SVHN's 531,131 easier digits.
  case extra
}
