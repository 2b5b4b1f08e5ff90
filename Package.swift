// swift-tools-version: 6.2
import PackageDescription

// A target may import those that stand in its dependencies, and no others: docs/architecture.md draws the arrows.
let package = Package(
  name: "disttrain",
  products: [
    .executable(name: "disttrain", targets: ["disttrain"]),
    .executable(name: "disttrain-launch", targets: ["disttrain-launch"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.30.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    // Opens libwebp, libtiff and libheif (apt: libwebp7, libtiff6, libheif1) when an image needs one.
    .target(
      name: "CImage",
      linkerSettings: [
        .linkedLibrary("png16"), .linkedLibrary("jpeg"), .linkedLibrary("gif"), .linkedLibrary("matio"),
        .linkedLibrary("z"), .linkedLibrary("dl"),
      ]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),
    // Opens libopenblas.so.0 (apt: libopenblas0) while it runs: without it, training does without.
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl")]),

    .target(name: "Files", dependencies: ["COpenSSL"]),
    .target(name: "MachineFacts"),
    .target(name: "Processes"),
    .target(name: "MPI", dependencies: ["CMPI", "Files"]),
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS"]),
    .target(name: "Numerics", dependencies: ["CKernels"]),
    .target(name: "ImageIO", dependencies: ["CImage", "Files", "Numerics"]),
    .target(
      name: "ModelFiles",
      dependencies: ["Files", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["ONNX/onnx.proto"]),
    .target(
      name: "Events", dependencies: ["Files", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["event.proto"]),
    .target(name: "GAN", dependencies: ["Files", "ModelFiles", "Numerics"]),
    .target(name: "ONNXGraphs", dependencies: ["Files", "GAN", "ModelFiles", "Numerics"]),
    .target(name: "Reporting", dependencies: ["Files", "GAN", "ImageIO", "Numerics"]),
    .target(
      name: "Configuration",
      dependencies: ["Files", "GAN", "ImageIO", "Numerics", "Reporting", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "Cluster",
      dependencies: ["Configuration", "Files", "GAN", "ImageIO", "MPI", "MachineFacts", "Numerics", "Reporting"]),
    .target(name: "ImageMetrics", dependencies: ["LinearAlgebra", "Numerics"]),
    .target(name: "DatasetFetch", dependencies: ["Files", "ImageIO", "Processes", "Reporting"]),
    .target(
      name: "DistTrain",
      dependencies: [
        "Cluster", "Configuration", "DatasetFetch", "Events", "Files", "GAN", "ImageIO", "ImageMetrics", "MPI",
        "ModelFiles", "Numerics", "Reporting",
      ]),
    .target(
      name: "Commands",
      dependencies: [
        "Cluster", "Configuration", "DatasetFetch", "DistTrain", "Files", "GAN", "ImageIO", "ImageMetrics",
        "LinearAlgebra", "MPI", "MachineFacts", "ModelFiles", "Numerics", "ONNXGraphs", "Reporting",
      ]),

    .executableTarget(
      name: "disttrain",
      dependencies: [
        "Commands", "Configuration", "DatasetFetch", "DistTrain", "Files",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/cli"),
    .target(name: "Hosts", dependencies: ["Files"], path: "Sources/launcher/Hosts"),
    .executableTarget(
      name: "disttrain-launch",
      dependencies: [
        "Configuration", "Files", "Hosts", "MachineFacts", "Processes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/launcher", exclude: ["Hosts"]),

    .target(name: "CAllocationCounter", path: "Tests/Support/CAllocationCounter"),
    .target(name: "TestSupport", path: "Tests/Support/TestSupport"),
    .target(
      name: "ClusterTestSupport", dependencies: ["Cluster", "GAN", "Numerics"],
      path: "Tests/Support/ClusterTestSupport"),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
    .testTarget(name: "MachineFactsTests", dependencies: ["MachineFacts"]),
    .testTarget(name: "ProcessesTests", dependencies: ["Processes", "TestSupport"]),
    .testTarget(name: "MPITests", dependencies: ["MPI", "TestSupport"]),
    .testTarget(name: "ExchangeTests", dependencies: ["Cluster", "GAN", "MPI", "Numerics"]),
    .testTarget(name: "NumericsTests", dependencies: ["Numerics"]),
    .testTarget(name: "ImageIOTests", dependencies: ["ImageIO", "Numerics", "TestSupport"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ModelFilesTests", dependencies: ["Files", "ModelFiles", "TestSupport"], exclude: ["Fixtures"]),
    .testTarget(name: "EventsTests", dependencies: ["Events", "Files"], exclude: ["Fixtures"]),
    .testTarget(
      name: "GANTests", dependencies: ["CAllocationCounter", "Files", "GAN", "ModelFiles", "Numerics", "ONNXGraphs"],
      exclude: ["Fixtures"]),
    .testTarget(name: "ReportingTests", dependencies: ["Files", "Reporting", "TestSupport"]),
    .testTarget(
      name: "ConfigurationTests", dependencies: ["Configuration", "GAN", "ImageIO", "Numerics", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ClusterTests",
      dependencies: [
        "Cluster", "ClusterTestSupport", "Configuration", "GAN", "ImageIO", "MachineFacts", "Numerics", "Reporting",
      ]),
    .testTarget(name: "ImageMetricsTests", dependencies: ["ImageMetrics", "LinearAlgebra", "Numerics"]),
    .testTarget(
      name: "DatasetFetchTests", dependencies: ["DatasetFetch", "Files", "Reporting", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "DistTrainTests",
      dependencies: [
        "Cluster", "ClusterTestSupport", "Configuration", "DistTrain", "Events", "Files", "GAN", "ImageIO",
        "ModelFiles", "Numerics", "Reporting", "TestSupport",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    .testTarget(
      name: "CommandsTests",
      dependencies: ["Commands", "DistTrain", "ImageIO", "MachineFacts", "Numerics", "Reporting"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["Files", "ModelFiles", "Reporting", "TestSupport", "disttrain", "disttrain-launch"],
      exclude: ["Fixtures"]),
    .testTarget(name: "LauncherTests", dependencies: ["Hosts", "MachineFacts", "disttrain-launch"]),

    .target(
      name: "ParserEntries",
      dependencies: [
        "Configuration", "DistTrain", "Files", "GAN", "Hosts", "ImageIO", "ModelFiles", "Numerics", "ONNXGraphs",
        "Reporting",
      ],
      path: "Tests/Fuzz/ParserEntries"),
    .testTarget(
      name: "ReplayTests", dependencies: ["ParserEntries"], path: "Tests/Fuzz/Replay"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)

// scripts/fuzz alone builds these: they need a runtime that it names to the linker.
if Context.environment["DISTTRAIN_FUZZ"] != nil {
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(name: "fuzz-parsers", dependencies: ["CFuzzer", "ParserEntries"], path: "Tests/Fuzz/Driver"),
  ]
}
