/// A published data set that `disttrain data fetch` downloads.
package struct PublishedDataSet: Sendable {
  /// Its name on the command line.
  package let name: String
  /// Title, authors and content.
  package let title: String
  package let licence: String
  /// The page of its authors.
  package let page: String
  package let files: [RemoteFile]

  package init(name: String, title: String, licence: String, page: String, files: [RemoteFile]) {
    self.name = name
    self.title = title
    self.licence = licence
    self.page = page
    self.files = files
  }
}

/// A published file: its address, size and checksum.
package struct RemoteFile: Sendable {
  /// The last component of its address.
  package let name: String
  package let address: String
  /// Bytes; nil if not published.
  package let size: Int?
  /// In hexadecimal digits; nil if not published: then the first copy is trusted, and later ones must equal it.
  package let sha256: String?
  /// Fetched only when asked for.
  package let isOptional: Bool
  /// The files to unpack, if it is a zip archive.
  package let members: ArchiveMembers?

  /// - Parameter folder: the address up to the name.
  package init(
    _ name: String, in folder: String, size: Int? = nil, sha256: String? = nil, isOptional: Bool = false,
    members: ArchiveMembers? = nil
  ) {
    self.name = name
    address = folder + name
    self.size = size
    self.sha256 = sha256
    self.isOptional = isOptional
    self.members = members
  }

  private init(copying file: RemoteFile, address: String) {
    (name, size, sha256) = (file.name, file.size, file.sha256)
    (isOptional, members) = (file.isOptional, file.members)
    self.address = address
  }

  /// The same file from another server, which has it below `address`.
  func from(_ address: String) -> RemoteFile {
    RemoteFile(copying: self, address: address + (address.hasSuffix("/") ? "" : "/") + name)
  }
}

/// Which files of an archive are unpacked, without the folders they are in.
package struct ArchiveMembers: Sendable {
  /// The end of their names.
  package let suffix: String
  /// A larger member, in bytes, is refused: the archive has changed.
  package let largest: Int

  package init(suffix: String, largest: Int) {
    self.suffix = suffix
    self.largest = largest
  }
}
