package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Block;
import io.netrun.resilience.spring.mapping.BlockTranslator;
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
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
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
 * @param scope where the texts stand
 * @param module what is known of its module
 * @param options how to move them
 * @param constants what constants are
 * @param handled the ids of texts that stay beside what they have become
 * @param left takes what was left of a text, with the id of the text, or of its first part
 */
record PropertyTexts(
        Constants.Scope scope,
        ModuleSettings module,
        ProtectedMethods.Options options,
        Constants constants,
        Set<UUID> handled,
        BiConsumer<Left, UUID> left) {

    /** The annotations whose {@code value} has properties. */
    private static final Set<String> WITH_VALUE = Set.of("SpringBootTest");

    private static final Pattern ENTRY =
            Pattern.compile("\\s*(--|-D)?(resilience4j\\.[^=:\\s]+)(?:\\s*[=:]\\s*|\\s+)(.*?)\\s*");

    private static final Pattern KEY = Pattern.compile(
            "(?:(?<![\\w./])|(?<=-D)|(?<=systemProp\\.))(resilience4j\\.(?!(?:ya?ml|properties|json|xml|md|html|jar|readme|io|org|com)\\b)"
                    + "[\\w.\\[\\]*%-]*)");

    private static final Pattern WITHIN = Pattern.compile("(?m)^\\s*resilience4j:|[\"']resilience4j[\"']\\s*:");

    /** What stands for a part of a text that is not known. */
    private static final String UNKNOWN = "unknown0part";

    private static final Pattern UNKNOWNS = Pattern.compile(UNKNOWN + "(\\d+)x");

    /** The annotation with its properties moved; compared by identity, since a changed array has its former id. */
    @SuppressWarnings("ReferenceEquality")
    J.Annotation move(J.Annotation annotation) {
        if (annotation.getArguments() == null) {
            return annotation;
        }
        List<Expression> arguments = new ArrayList<>();
        boolean changed = false;
        for (Expression argument : annotation.getArguments()) {
            J.Assignment assignment = argument instanceof J.Assignment named ? named : null;
            String name = assignment != null && assignment.getVariable() instanceof J.Identifier variable
                    ? variable.getSimpleName()
                    : "value";
            boolean properties = name.equals("properties")
                    || name.equals("args")
                    || (name.equals("value") && WITH_VALUE.contains(annotation.getSimpleName()));
            Expression former = assignment == null ? argument : assignment.getAssignment();
            Expression moved = properties ? moved(former) : former;
            changed |= moved != former;
            arguments.add(assignment == null ? moved : assignment.withAssignment(moved));
        }
        return changed ? annotation.withArguments(arguments) : annotation;
    }

    private Expression moved(Expression properties) {
        if (!(properties instanceof J.NewArray array)) {
            List<Expression> elements = translated(List.of(properties)).get(properties);
            if (elements == null) {
                return properties;
            }
            return elements.size() == 1
                    ? elements.get(0).withPrefix(properties.getPrefix())
                    : Trees.arrayOf(elements).withPrefix(properties.getPrefix());
        }
        if (array.getInitializer() == null) {
            return properties;
        }
        Map<Expression, List<Expression>> moved = translated(array.getInitializer());
        if (moved.isEmpty()) {
            return properties;
        }
        JContainer<Expression> container = array.getPadding().getInitializer();
        List<JRightPadded<Expression>> former =
                container == null ? List.of() : container.getPadding().getElements();
        List<JRightPadded<Expression>> elements = new ArrayList<>();
        for (JRightPadded<Expression> element : former) {
            List<Expression> own = moved.get(element.getElement());
            if (own == null) {
                elements.add(element.withAfter(Space.EMPTY));
                continue;
            }
            Space prefix = element.getElement().getPrefix();
            for (Expression each : own) {
                elements.add(JRightPadded.build(each.withPrefix(prefix)));
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

    /** What replaces some of the elements, each of which may have a setting on each of its lines. */
    private Map<Expression, List<Expression>> translated(List<Expression> elements) {
        Map<Line, Setting> settings = new LinkedHashMap<>();
        for (Expression element : elements) {
            String text = constants.text(element, scope);
            List<String> lines = text == null ? List.of() : List.of(text.split("\n", -1));
            for (int i = 0; i < lines.size(); i++) {
                Matcher entry = ENTRY.matcher(lines.get(i));
                if (entry.matches()) {
                    settings.put(
                            new Line(element, i, entry.group(1) == null ? "" : entry.group(1), lines.get(i)),
                            new Setting(Names.elements(entry.group(2)), Setting.Value.of(entry.group(3)), List.of()));
                }
            }
        }
        Map<Expression, List<Expression>> moved = new LinkedHashMap<>();
        if (settings.isEmpty()) {
            return moved;
        }
        SettingsTranslator.Result result = result(List.copyOf(settings.values()));
        result.left().forEach(options.left());
        Map<Line, List<String>> texts = assigned(settings, inRange(result.moved()));
        List<String> present = elements.stream()
                .map(element -> constants.text(element, scope))
                .filter(text -> text != null)
                .flatMap(String::lines)
                .map(String::strip)
                .toList();
        for (Expression element : elements) {
            Map<Line, List<String>> own = new LinkedHashMap<>();
            texts.forEach((line, all) -> {
                if (line.element().equals(element)) {
                    own.put(line, all);
                }
            });
            if (own.isEmpty()) {
                continue;
            }
            if (module.isForeignKept()) {
                own.values().forEach(all -> all.removeIf(present::contains));
                handled.add(element.getId());
                if (own.values().stream().allMatch(List::isEmpty)) {
                    continue;
                }
            }
            moved.put(element, replaced(element, own));
        }
        return moved;
    }

    /** The settings that can be here, each with a value that it can have. */
    private List<SettingsTranslator.Placed> inRange(List<SettingsTranslator.Placed> moved) {
        List<SettingsTranslator.Placed> all = new ArrayList<>();
        for (SettingsTranslator.Placed placed : moved) {
            BlockTranslator.Moved setting = placed.setting();
            SettingsMove.Written written = SettingsMove.inRange(
                    new SettingsMove.Written(placed.path(), setting.value(), List.of(), setting.origin()),
                    options.left());
            if (written != null) {
                all.add(new SettingsTranslator.Placed(
                        placed.path(), new BlockTranslator.Moved(written.value(), setting.origin(), setting.source())));
            }
        }
        return all;
    }

    private SettingsTranslator.Result result(List<Setting> settings) {
        SettingsDocument document = new SettingsDocument(SettingsMove.path(scope.file()) + "#0", false, settings);
        return new SettingsTranslator(module, document, options.keepBehaviour()).translate(false);
    }

    /** The texts by the lines from which they come; those that come from none are with the last one. */
    private static Map<Line, List<String>> assigned(
            Map<Line, Setting> settings, List<SettingsTranslator.Placed> moved) {
        Map<Line, List<String>> texts = new LinkedHashMap<>();
        List<SettingsTranslator.Placed> rest = new ArrayList<>(moved);
        Line last = null;
        for (Map.Entry<Line, Setting> setting : settings.entrySet()) {
            List<String> own = new ArrayList<>();
            for (SettingsTranslator.Placed placed : List.copyOf(rest)) {
                Setting origin = placed.setting().origin();
                if (origin != null && origin.path().equals(setting.getValue().path())) {
                    own.add(setting.getKey().prefix() + text(placed));
                    rest.remove(placed);
                }
            }
            texts.put(setting.getKey(), own);
            last = setting.getKey();
        }
        for (SettingsTranslator.Placed placed : rest) {
            if (last != null) {
                texts.getOrDefault(last, new ArrayList<>()).add(last.prefix() + text(placed));
            }
        }
        return texts;
    }

    /** What replaces an element. */
    private List<Expression> replaced(Expression element, Map<Line, List<String>> own) {
        String text = String.valueOf(constants.text(element, scope));
        if (text.contains("\n") || isBlock(element)) {
            return List.of(withLines(element, text, own));
        }
        List<Expression> all = new ArrayList<>();
        own.forEach((line, texts) -> {
            Expression constant = texts.size() == 1 ? withConstant(element, text, texts.get(0)) : null;
            if (constant != null) {
                all.add(constant);
            } else {
                texts.forEach(each -> all.add(Trees.literal(each)));
            }
        });
        if (module.isForeignKept()) {
            all.add(element);
        }
        return all;
    }

    /** A text whose value is a constant, with the constant; null where that is not so. */
    private @Nullable Expression withConstant(Expression element, String former, String text) {
        if (!(element instanceof J.Binary binary)
                || binary.getOperator() != J.Binary.Type.Addition
                || binary.getRight() instanceof J.Literal) {
            return null;
        }
        String value = constants.text(binary.getRight(), scope);
        Matcher entry = ENTRY.matcher(former);
        int start = text.indexOf('=') + 1;
        if (value == null
                || value.isEmpty()
                || !entry.matches()
                || !entry.group(3).equals(value)
                || !text.startsWith(value, start)) {
            return null;
        }
        String unit = text.substring(start + value.length());
        Expression both = Trees.plus(Trees.literal(text.substring(0, start)), binary.getRight());
        return unit.isEmpty() ? both : Trees.plus(both, Trees.literal(unit));
    }

    /** A text of several lines with some of them replaced, as it is written if it can be. */
    private Expression withLines(Expression element, String text, Map<Line, List<String>> own) {
        Map<String, List<String>> replaced = new LinkedHashMap<>();
        own.forEach((line, texts) -> {
            List<String> all = new ArrayList<>(texts);
            if (module.isForeignKept()) {
                all.add(line.text().strip());
            }
            replaced.put(line.text().strip(), all);
        });
        String changed = changed(text, replaced);
        String source = element instanceof J.Literal literal ? literal.getValueSource() : null;
        if (element instanceof J.Literal literal && source != null && isBlock(element)) {
            Set<String> written = source.lines().map(PropertyTexts::withoutEnd).collect(Collectors.toSet());
            if (written.containsAll(replaced.keySet())) {
                return beside(literal.withValue(changed).withValueSource(changed(source, replaced)));
            }
        }
        return beside(Trees.literal(changed));
    }

    /** Whether a text is a block with lines of its own. */
    private static boolean isBlock(Expression element) {
        String source = element instanceof J.Literal literal ? literal.getValueSource() : null;
        return source != null && source.startsWith("\"\"\"");
    }

    private J.Literal beside(J.Literal moved) {
        if (module.isForeignKept()) {
            handled.add(moved.getId());
        }
        return moved;
    }

    private static String changed(String text, Map<String, List<String>> replaced) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            List<String> texts = replaced.get(withoutEnd(line));
            if (texts == null) {
                lines.add(line);
                continue;
            }
            String indent =
                    line.substring(0, line.length() - line.stripLeading().length());
            boolean ends = line.endsWith("\"\"\"") && line.strip().length() > 3;
            texts.forEach(each -> lines.add(indent + each));
            if (ends && !texts.isEmpty()) {
                lines.set(lines.size() - 1, lines.get(lines.size() - 1) + "\"\"\"");
            } else if (ends) {
                lines.add(indent + "\"\"\"");
            }
        }
        return String.join("\n", lines);
    }

    /** A line of a text block, at whose end the text block may end. */
    private static String withoutEnd(String line) {
        String text = line.strip();
        return text.endsWith("\"\"\"") ? text.substring(0, text.length() - 3).strip() : text;
    }

    /**
     * A line of a text with a setting.
     *
     * @param element the text
     * @param number the number of the line
     * @param prefix what is before the key, such as {@code --}
     * @param text the line
     */
    private record Line(Expression element, int number, String prefix, String text) {}

    private static String text(SettingsTranslator.Placed placed) {
        return key(placed.path()) + "=" + placed.setting().value().text();
    }

    static String key(List<String> path) {
        return path.stream()
                .map(Names::bracketed)
                .collect(Collectors.joining("."))
                .replace(".[", "[");
    }

    /** Lists a text that names settings and is not moved. */
    void leave(J.Literal literal) {
        String text = Trees.text(literal);
        if (text != null && !handled.contains(literal.getId())) {
            leave(
                    text,
                    text.contains("\n") ? CodeCounterparts.text(literal) : text,
                    List.of(),
                    row -> left.accept(row, literal.getId()));
        }
    }

    /**
     * Lists a text that names settings and is put together.
     *
     * @return whether it names settings, so that its parts need not be looked at
     */
    boolean leave(J.Binary concatenation) {
        if (handled.contains(concatenation.getId())) {
            return true;
        }
        List<Expression> parts = new ArrayList<>();
        addParts(concatenation, parts);
        List<Expression> unknown = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        boolean named = false;
        boolean literal = false;
        for (Expression part : parts) {
            String known = constants.text(part, scope);
            String own = Trees.text(part);
            literal |= own != null;
            named |= own != null && KEY.matcher(own).find();
            text.append(known == null ? UNKNOWN + unknown.size() + "x" : known);
            if (known == null) {
                unknown.add(part);
            }
        }
        boolean begins = text.toString().matches("(?s)(\\$\\{|--|-D)?resilience4j\\..*");
        if (!literal || !(named || begins) || !KEY.matcher(text).find()) {
            return false;
        }
        Expression first = parts.stream()
                .filter(part -> KEY.matcher(String.valueOf(Trees.text(part))).find())
                .findFirst()
                .orElse(parts.get(0));
        leave(text.toString(), CodeCounterparts.text(concatenation), unknown, row -> left.accept(row, first.getId()));
        return true;
    }

    private static void addParts(Expression expression, List<Expression> parts) {
        if (expression instanceof J.Binary binary && binary.getOperator() == J.Binary.Type.Addition) {
            addParts(binary.getLeft(), parts);
            addParts(binary.getRight(), parts);
        } else {
            parts.add(expression);
        }
    }

    private void leave(String text, String shown, List<Expression> unknown, Consumer<Left> rows) {
        if (module.isForeignKept() && !options.annotated()) {
            return;
        }
        Left health = module.isForeignKept() ? null : HealthGroups.ofText(text, this::usesHealth);
        if (health != null) {
            rows.accept(health);
        }
        OtherTexts.variables(text, module.isForeignKept()).forEach(rows);
        if (WITHIN.matcher(text).find()) {
            rows.accept(new Left(shown, OtherTexts.WITHIN_A_TEXT));
            return;
        }
        List<String> lines = text.contains("\n") ? text.lines().toList() : List.of(text);
        for (String line : lines) {
            Matcher key = KEY.matcher(line);
            if (key.find()) {
                leave(line.strip(), lines.size() > 1 ? line.strip() : shown, KEY.matcher(line.strip()), unknown, rows);
            }
        }
    }

    private void leave(String text, String shown, Matcher key, List<Expression> unknown, Consumer<Left> rows) {
        if (!key.find()) {
            return;
        }
        List<String> elements = Names.elements(key.group(1));
        String meter = MappingTable.get()
                .find(MappingTable.RESILIENCE4J, "meter", key.group(1))
                .map(row -> row.here().name())
                .orElse("");
        if (!meter.isEmpty()) {
            rows.accept(new Left(shown, "It names a meter, which is " + meter + " here. Its tags differ."));
            return;
        }
        KeyCounterpart here = KeyCounterpart.of(module, elements);
        String exact = unknown.isEmpty() ? exact(text) : null;
        String written = here == null ? null : code(withDefault(replaced(text, key, here.key()), here), unknown);
        String note = here == null || exact != null ? "" : here.note();
        String write = exact == null ? written : exact;
        String remedy;
        if (module.isForeignKept()) {
            remedy = "It counts for the code that stays with resilience4j, and not for annotated methods. "
                    + (write == null ? remedy(elements) : "Write " + write + " beside it." + note);
        } else {
            remedy = "The text is not moved. "
                    + (write == null
                            ? "It names settings of resilience4j. " + remedy(elements)
                            : "Write " + write + "." + note);
        }
        rows.accept(new Left(shown, remedy));
    }

    /** A placeholder whose default has the form of its value here. */
    private static String withDefault(String text, KeyCounterpart here) {
        Matcher standard = Pattern.compile("(\\$\\{" + Pattern.quote(here.key()) + ":)([^{}]*)(})")
                .matcher(text);
        return standard.replaceAll(
                found -> Matcher.quoteReplacement(found.group(1) + here.valueHere(found.group(2)) + found.group(3)));
    }

    /** What a text with a key and a value becomes; null if it is no such text, or becomes nothing. */
    private @Nullable String exact(String text) {
        Matcher entry = ENTRY.matcher(text);
        if (!entry.matches() || !text.matches("\\S+") || entry.group(3).isEmpty() || text.contains("${")) {
            return null;
        }
        Setting setting = new Setting(Names.elements(entry.group(2)), Setting.Value.of(entry.group(3)), List.of());
        String prefix = entry.group(1) == null ? "" : entry.group(1);
        List<SettingsTranslator.Placed> moved = inRange(result(List.of(setting)).moved());
        return moved.isEmpty() || moved.size() > 3
                ? null
                : moved.stream().map(placed -> prefix + text(placed)).collect(Collectors.joining(" and "));
    }

    private boolean usesHealth() {
        return scope.file().printAll().contains("Health");
    }

    /** A text as code, if parts of it are not known. */
    private static String code(String text, List<Expression> unknown) {
        if (unknown.isEmpty()) {
            return text;
        }
        Matcher part = UNKNOWNS.matcher(text);
        String code = '"'
                + part.replaceAll(found -> Matcher.quoteReplacement(
                        "\" + " + CodeCounterparts.text(unknown.get(Integer.parseInt(found.group(1)))) + " + \""))
                + '"';
        return code.replaceFirst("^\"\" \\+ ", "").replaceFirst(" \\+ \"\"$", "");
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
                        elements.size() == 5 && Names.uniform(elements.get(2)).equals("configs")
                                ? "Shared configurations are written out, and no instance has this value: write a key of"
                                        + " your own."
                                : pattern == null
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
