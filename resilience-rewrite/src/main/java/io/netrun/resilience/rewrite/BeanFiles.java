package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openrewrite.SourceFile;
import org.openrewrite.quark.Quark;

/**
 * Files of XML that define beans of a library, such as an interceptor in {@code <aop:config>}. They are not changed, so
 * that the library stays.
 */
final class BeanFiles {

    private BeanFiles() {}

    /** Whether a file defines beans of a package. */
    static boolean uses(SourceFile file, String packageName) {
        return SettingsMove.path(file).endsWith(".xml")
                && !BuildFiles.isBuild(file)
                && !(file instanceof Quark)
                && types(packageName).matcher(file.printAll()).find();
    }

    private static Pattern types(String packageName) {
        return Pattern.compile(Pattern.quote(packageName) + "(?:[a-z0-9_]+\\.)*[A-Z]\\w*");
    }

    /** Lists the types, each with its lines. */
    static void list(SourceFile file, String library, String packageName, Consumer<Left> left) {
        Map<String, TreeSet<Integer>> lines = new LinkedHashMap<>();
        List<String> text = file.printAll().lines().toList();
        for (int i = 0; i < text.size(); i++) {
            Matcher matcher = types(packageName).matcher(text.get(i));
            while (matcher.find()) {
                lines.computeIfAbsent(matcher.group(), type -> new TreeSet<>()).add(i + 1);
            }
        }
        lines.forEach((type, numbers) -> left.accept(new Left(
                type,
                "XML is not changed, so it stays, with its dependency. It is in "
                        + (numbers.size() == 1 ? "line " : "lines ")
                        + numbers.toString().replaceAll("[\\[\\]]", "") + ". " + remedy(library, type))));
    }

    private static String remedy(String library, String type) {
        String annotation = MappingTable.get().renamed(library, "annotation").getOrDefault(type, "");
        if (!annotation.isEmpty() && !SpringMove.REMOVED.contains(type)) {
            return "The recipe has replaced the annotation by " + annotation
                    + ": what looks for this one finds none. Write the other one.";
        }
        if (type.endsWith("Interceptor")) {
            return "A method that it retries must not have @Retry, too, or attempts multiply. Put @Retry on the methods"
                    + " of its pointcut instead.";
        }
        return MappingTable.get()
                .find(library, "type", type)
                .map(row -> row.here().name().isEmpty()
                        ? row.reason()
                        : "Replace it by " + row.here().name() + ". " + row.reason())
                .orElse("Configure what it does by settings of this library.");
    }
}
