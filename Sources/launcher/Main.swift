@main
struct LaunchCommand {
  static func main() {}
}
