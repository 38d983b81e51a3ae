// Being written.
@main
enum Command {
  static func main() {}
}
