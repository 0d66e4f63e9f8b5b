package io.netrun.resilience.application.api;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public and protected members of the classes of a directory, as {@code javap} lists them, sorted. What is internal
 * to a module in Kotlin is public in bytecode, and lies in a package {@code internal}.
 */
final class PublicApi {

    private static final Pattern TYPE =
            Pattern.compile("^(?<head>[^ \\n][^\\n]*) \\{\\n(?<members>.*?)^}", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("(?:class|interface) (?<name>[\\w.$]+)");

    private PublicApi() {}

    static String of(Path classes) throws IOException {
        Map<String, MatchResult> types = new TreeMap<>();
        TYPE.matcher(javap(classes))
                .results()
                .filter(type ->
                        type.group(1).startsWith("public ") && !name(type).contains(".internal."))
                .forEach(type -> types.put(name(type), type));
        return types.entrySet().stream()
                .filter(type -> isNestedInPublic(type.getKey(), types))
                .flatMap(type -> lines(type.getValue()))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String javap(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            List<String> arguments = Stream.concat(
                            Stream.of("-protected"),
                            files.map(Path::toString)
                                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class")))
                    .toList();
            StringWriter listing = new StringWriter();
            PrintWriter out = new PrintWriter(listing);
            int status = ToolProvider.findFirst("javap").orElseThrow().run(out, out, arguments.toArray(String[]::new));
            if (status != 0) {
                throw new IllegalStateException(listing.toString());
            }
            return listing.toString().replace(System.lineSeparator(), "\n");
        }
    }

    private static String name(MatchResult type) {
        return NAME.matcher(type.group(1)).results().findFirst().orElseThrow().group(1);
    }

    private static boolean isNestedInPublic(String name, Map<String, MatchResult> types) {
        int nested = name.lastIndexOf('$');
        return nested < 0
                || types.containsKey(name.substring(0, nested)) && isNestedInPublic(name.substring(0, nested), types);
    }

    private static Stream<String> lines(MatchResult type) {
        return Stream.concat(
                Stream.of(type.group(1)),
                type.group(2)
                        .lines()
                        .filter(line -> !line.contains("static {}"))
                        .sorted());
    }
}
