package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Block;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import io.netrun.resilience.spring.mapping.SettingsTranslator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Tree;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JContainer;
import org.openrewrite.java.tree.JRightPadded;
import org.openrewrite.java.tree.Space;
import org.openrewrite.marker.Markers;

/**
 * Settings of resilience4j in texts of code: those of annotations of tests are moved, others are left.
 *
 * @param path the path of the file
 * @param module what is known of its module
 * @param options how to move them
 */
record PropertyTexts(String path, ModuleSettings module, ProtectedMethods.Options options) {

    private static final Set<String> ANNOTATIONS = Set.of(
            "SpringBootTest",
            "TestPropertySource",
            "DataJpaTest",
            "WebMvcTest",
            "WebFluxTest",
            "JsonTest",
            "RestClientTest");

    private static final Pattern ENTRY = Pattern.compile("\\s*(resilience4j\\.[^=:\\s]+)\\s*[=:]\\s*(.*)");

    private static final Pattern KEY = Pattern.compile("(?:(?<![\\w.])|(?<=-D))(resilience4j\\.[\\w.\\[\\]*-]+)");

    /** Whether an annotation may have properties. */
    static boolean isOfTest(J.Annotation annotation) {
        return ANNOTATIONS.contains(annotation.getSimpleName());
    }

    /** The annotation with its properties moved; compared by identity, since a changed array has its former id. */
    @SuppressWarnings("ReferenceEquality")
    J.Annotation move(J.Annotation annotation) {
        if (annotation.getArguments() == null) {
            return annotation;
        }
        List<Expression> arguments = new ArrayList<>();
        boolean changed = false;
        for (Expression argument : annotation.getArguments()) {
            boolean properties = argument instanceof J.Assignment assignment
                    && assignment.getVariable() instanceof J.Identifier name
                    && name.getSimpleName().equals("properties");
            if (properties && argument instanceof J.Assignment assignment) {
                Expression moved = moved(assignment.getAssignment());
                changed |= moved != assignment.getAssignment();
                arguments.add(assignment.withAssignment(moved));
            } else {
                arguments.add(argument);
            }
        }
        return changed ? annotation.withArguments(arguments) : annotation;
    }

    private Expression moved(Expression properties) {
        if (properties instanceof J.Literal literal) {
            Map<Expression, List<String>> moved = translated(List.of(literal));
            List<String> texts = moved.get(literal);
            if (texts == null) {
                return properties;
            }
            return texts.size() == 1
                    ? Trees.literal(texts.get(0)).withPrefix(literal.getPrefix())
                    : Trees.array(texts).withPrefix(literal.getPrefix());
        }
        if (!(properties instanceof J.NewArray array) || array.getInitializer() == null) {
            return properties;
        }
        Map<Expression, List<String>> moved = translated(array.getInitializer());
        if (moved.isEmpty()) {
            return properties;
        }
        JContainer<Expression> container = array.getPadding().getInitializer();
        List<JRightPadded<Expression>> former =
                container == null ? List.of() : container.getPadding().getElements();
        List<JRightPadded<Expression>> elements = new ArrayList<>();
        for (JRightPadded<Expression> element : former) {
            List<String> texts = moved.get(element.getElement());
            if (texts == null) {
                elements.add(element.withAfter(Space.EMPTY));
                continue;
            }
            Space prefix = element.getElement().getPrefix();
            for (String text : texts) {
                elements.add(JRightPadded.build(Trees.literal(text).withPrefix(prefix)));
                prefix = prefix.withComments(List.of());
                prefix = prefix.getWhitespace().isEmpty() ? Space.SINGLE_SPACE : prefix;
            }
        }
        if (container == null || elements.isEmpty()) {
            return array.withInitializer(List.of(new J.Empty(Tree.randomId(), Space.EMPTY, Markers.EMPTY)));
        }
        JRightPadded<Expression> last = elements.remove(elements.size() - 1);
        JRightPadded<Expression> end = former.get(former.size() - 1);
        elements.add(last.withAfter(end.getAfter()).withMarkers(end.getMarkers()));
        return array.getPadding().withInitializer(container.getPadding().withElements(elements));
    }

    /** The texts that replace some of the elements. */
    private Map<Expression, List<String>> translated(List<Expression> elements) {
        Map<Expression, Setting> settings = new LinkedHashMap<>();
        for (Expression element : elements) {
            String text = Trees.text(element);
            Matcher entry = ENTRY.matcher(text == null ? "" : text);
            if (entry.matches()) {
                settings.put(
                        element,
                        new Setting(
                                Names.elements(entry.group(1)),
                                Setting.Value.of(entry.group(2).strip()),
                                List.of()));
            }
        }
        Map<Expression, List<String>> texts = new LinkedHashMap<>();
        if (settings.isEmpty()) {
            return texts;
        }
        SettingsDocument document = new SettingsDocument(path + "#0", false, List.copyOf(settings.values()));
        SettingsTranslator.Result result =
                new SettingsTranslator(module, document, options.keepBehaviour()).translate(false);
        result.left().forEach(options.left());
        List<SettingsTranslator.Placed> rest = new ArrayList<>(result.moved());
        @Nullable Expression last = null;
        for (Map.Entry<Expression, Setting> setting : settings.entrySet()) {
            List<String> own = new ArrayList<>();
            for (SettingsTranslator.Placed placed : List.copyOf(rest)) {
                Setting origin = placed.setting().origin();
                if (origin != null && origin.path().equals(setting.getValue().path())) {
                    own.add(text(placed));
                    rest.remove(placed);
                }
            }
            texts.put(setting.getKey(), own);
            last = setting.getKey();
        }
        for (SettingsTranslator.Placed placed : rest) {
            if (last != null) {
                texts.getOrDefault(last, new ArrayList<>()).add(text(placed));
            }
        }
        if (module.isForeignKept()) {
            List<String> present = elements.stream()
                    .map(Trees::text)
                    .filter(text -> text != null)
                    .toList();
            texts.values().forEach(own -> own.removeIf(present::contains));
            texts.values().removeIf(List::isEmpty);
            texts.forEach((element, own) -> own.add(String.valueOf(Trees.text(element))));
        }
        return texts;
    }

    private static String text(SettingsTranslator.Placed placed) {
        return key(placed.path()) + "=" + placed.setting().value().text();
    }

    private static String key(List<String> path) {
        return path.stream()
                .map(Names::bracketed)
                .collect(Collectors.joining("."))
                .replace(".[", "[");
    }

    /** Lists a text that names settings and is not moved. */
    void leave(String text) {
        Matcher key = KEY.matcher(text);
        if (!key.find() || (module.isForeignKept() && !options.annotated())) {
            return;
        }
        List<String> elements = Names.elements(key.group(1));
        boolean begins = text.matches("(?s)(\\$\\{)?resilience4j\\..+");
        if (!begins && pattern(elements) == null) {
            return;
        }
        String meter = MappingTable.get()
                .find(MappingTable.RESILIENCE4J, "meter", key.group(1))
                .map(row -> row.here().name())
                .orElse("");
        String here = here(elements);
        if (!meter.isEmpty()) {
            options.left().accept(new Left(text, "It names a meter, which is " + meter + " here. Its tags differ."));
        } else if (module.isForeignKept()) {
            options.left()
                    .accept(new Left(
                            text,
                            "It counts for the code that stays with resilience4j, and not for annotated methods. "
                                    + (here == null
                                            ? remedy(elements)
                                            : "Write " + replaced(text, key, here) + " beside it.")));
        } else {
            options.left()
                    .accept(new Left(
                            text,
                            "The text is not moved. "
                                    + (here == null
                                            ? "It names settings of resilience4j. " + remedy(elements)
                                            : "Write " + replaced(text, key, here) + ".")));
        }
    }

    private static String replaced(String text, Matcher key, String here) {
        return text.substring(0, key.start(1)) + here + text.substring(key.end(1));
    }

    /** What to do about a key that has no counterpart of its own. */
    static String remedy(List<String> elements) {
        String key = Names.uniform(String.join(".", elements));
        String pattern = pattern(elements);
        return MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "application setting")
                .filter(row -> row.there().name().contains(".")
                        && key.endsWith(Names.uniform(row.there().name())))
                .filter(row -> !row.here().name().isEmpty())
                .map(row -> "Write " + row.here().name() + ".")
                .findFirst()
                .orElse(
                        pattern == null
                                ? "Remove it, or write what it became in the configuration."
                                : "Its counterparts are under resilience." + pattern + ".");
    }

    /** The pattern of a section of resilience4j; null for what is none. */
    private static @Nullable String pattern(List<String> elements) {
        String section = elements.size() < 2 ? "" : Names.uniform(elements.get(1));
        return ModuleSettings.SECTIONS.entrySet().stream()
                .filter(entry -> entry.getValue().equals(section.equals("threadpoolbulkhead") ? "bulkhead" : section))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /** The key that a key of resilience4j becomes; null if it has none of its own. */
    static @Nullable String here(List<String> path) {
        Block.Id id = Block.of(path);
        boolean standard = id != null && id.shared() && id.name().equals("default");
        if (id == null || (id.shared() && !standard) || path.size() != 5) {
            return null;
        }
        return MappingTable.get()
                .settings(id.section())
                .filter(row -> Names.uniform(row.there().name()).equals(Names.uniform(path.get(4))))
                .filter(row -> !row.here().name().isEmpty())
                .map(row -> key(
                        standard
                                ? List.of(
                                        "resilience",
                                        row.section().to(),
                                        "defaults",
                                        row.here().names().get(0))
                                : List.of(
                                        "resilience",
                                        row.section().to(),
                                        "instances",
                                        id.name(),
                                        row.here().names().get(0))))
                .findFirst()
                .orElse(null);
    }
}
