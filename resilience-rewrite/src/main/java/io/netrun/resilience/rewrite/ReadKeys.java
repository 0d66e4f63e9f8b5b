package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Block;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import io.netrun.resilience.spring.mapping.SettingsTranslator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/**
 * Keys of resilience4j that code reads, and what has the same value here. That is certain for a setting of an instance
 * that each document which has it sets to the same value here, and which no other document sets.
 *
 * @param modules what is known of the modules of the applications that have the code
 * @param keepBehaviour whether the settings are written out whose defaults differ
 */
record ReadKeys(List<ModuleSettings> modules, boolean keepBehaviour) {

    /** Nothing is certain. */
    static final ReadKeys NONE = new ReadKeys(List.of(), false);

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(resilience4j\\.[^:{}]+)(:[^{}]*)?}");

    /** The conditions whose texts are keys, and not placeholders. */
    private static final Set<String> CONDITIONS = Set.of("ConditionalOnProperty", "ConditionalOnBooleanProperty");

    private static final Set<String> KEYS = Set.of("value", "name");

    private static final Pattern CANONICAL = Pattern.compile("[a-z0-9.-]+");

    /** The annotation with the keys and placeholders that have the same values; those that have not stay. */
    J.Annotation moved(J.Annotation annotation) {
        List<Expression> arguments = annotation.getArguments();
        if (arguments == null || modules.isEmpty()) {
            return annotation;
        }
        return annotation.withArguments(
                CONDITIONS.contains(annotation.getSimpleName())
                        ? condition(arguments)
                        : ListUtils.map(arguments, argument -> withTexts(argument, this::withPlaceholders)));
    }

    /** The arguments of a condition, which has keys as names, behind a prefix if there is one. */
    private List<Expression> condition(List<Expression> arguments) {
        List<@Nullable String> prefixes = new ArrayList<>();
        List<@Nullable String> names = new ArrayList<>();
        for (Expression argument : arguments) {
            String name = name(argument);
            if (name.equals("prefix")) {
                addTexts(argument, prefixes);
            } else if (KEYS.contains(name)) {
                addTexts(argument, names);
            }
        }
        if (prefixes.size() > 1 || names.stream().anyMatch(Objects::isNull)) {
            return arguments;
        } else if (prefixes.isEmpty()) {
            return ListUtils.map(
                    arguments,
                    argument -> KEYS.contains(name(argument)) ? withTexts(argument, key -> here(key, null)) : argument);
        }
        String prefix = prefixes.get(0);
        Map<String, String> moved = prefix == null ? Map.of() : behind(prefix.replaceFirst("\\.$", ""), names);
        return moved.isEmpty()
                ? arguments
                : ListUtils.map(
                        arguments,
                        argument -> name(argument).equals("prefix") || KEYS.contains(name(argument))
                                ? withTexts(argument, moved::get)
                                : argument);
    }

    /** What becomes of a prefix and of the names behind it; empty if that is not certain for each name. */
    private Map<String, String> behind(String prefix, List<String> names) {
        int size = Names.elements(prefix).size();
        Map<String, String> moved = new HashMap<>();
        Set<String> prefixes = new HashSet<>();
        for (String name : names) {
            String here = here(prefix + "." + name, null);
            if (here == null) {
                return Map.of();
            }
            List<String> path = Names.elements(here);
            prefixes.add(String.join(".", path.subList(0, size)));
            moved.put(name, String.join(".", path.subList(size, path.size())));
        }
        if (prefixes.size() != 1 || moved.containsKey(prefix)) {
            return Map.of();
        }
        moved.put(prefix, prefixes.iterator().next());
        return moved;
    }

    private static String name(Expression argument) {
        return argument instanceof J.Assignment assignment && assignment.getVariable() instanceof J.Identifier variable
                ? variable.getSimpleName()
                : "value";
    }

    /** Adds the texts of an argument; null for one that is no literal. */
    private static void addTexts(Expression argument, List<@Nullable String> texts) {
        Expression value = argument instanceof J.Assignment assignment ? assignment.getAssignment() : argument;
        List<Expression> all = value instanceof J.NewArray array && array.getInitializer() != null
                ? array.getInitializer()
                : List.of(value);
        all.forEach(each -> texts.add(Trees.text(each)));
    }

    /** An argument with other texts; one for which there is none stays. */
    private static Expression withTexts(Expression argument, Function<String, @Nullable String> texts) {
        if (argument instanceof J.Assignment assignment) {
            return assignment.withAssignment(withTexts(assignment.getAssignment(), texts));
        } else if (argument instanceof J.NewArray array && array.getInitializer() != null) {
            List<Expression> elements = array.getInitializer();
            return array.withInitializer(ListUtils.map(elements, each -> withTexts(each, texts)));
        }
        String former = argument instanceof J.Literal ? Trees.text(argument) : null;
        String changed = former == null ? null : texts.apply(former);
        if (changed == null || former == null || !(argument instanceof J.Literal literal)) {
            return argument;
        }
        String source = literal.getValueSource();
        return source == null || !source.contains(former) // as in a text block
                ? Trees.literal(changed).withPrefix(literal.getPrefix())
                : literal.withValue(changed).withValueSource(source.replace(former, changed));
    }

    /** A text with other placeholders that have the same values; null if there are none, or not all are certain. */
    private @Nullable String withPlaceholders(String text) {
        Matcher placeholder = PLACEHOLDER.matcher(text);
        StringBuilder changed = new StringBuilder();
        while (placeholder.find()) {
            String otherwise = placeholder.group(2);
            String here = here(placeholder.group(1), otherwise == null ? null : otherwise.substring(1));
            if (here == null) {
                return null;
            }
            placeholder.appendReplacement(
                    changed, Matcher.quoteReplacement("${" + here + (otherwise == null ? "" : otherwise) + "}"));
        }
        return changed.isEmpty() ? null : placeholder.appendTail(changed).toString();
    }

    /**
     * The key with the same value.
     *
     * @param otherwise the value that code has without the key; null for none
     * @return null if it is not certain
     */
    private @Nullable String here(String key, @Nullable String otherwise) {
        List<String> path = Names.elements(key);
        Block.Id id = Block.of(path);
        if (id == null || id.shared() || path.size() != 5) {
            return null;
        }
        String found = null;
        for (ModuleSettings module : modules) {
            KeyCounterpart here = KeyCounterpart.of(module, path);
            boolean fits = here != null
                    && (otherwise == null || here.valueHere(otherwise).equals(otherwise));
            for (SettingsDocument document : module.documents()) {
                Setting setting = document.blocks()
                        .getOrDefault(id, new Block(id))
                        .settings()
                        .get(Names.uniform(path.get(4)));
                if (!fits || here == null || !isSame(module, document, setting, here.key())) {
                    return null;
                } else if (setting != null
                        && !CANONICAL.matcher(key).matches()
                        && !setting.key().equals(key)) {
                    return null; // a lookup of the one does not find the other
                }
                found = setting == null ? found : here.key();
            }
        }
        return found == null || found.contains("[") || modules.stream().anyMatch(ModuleSettings::isForeignKept)
                ? null
                : found;
    }

    /** Whether a document sets a key here as it has a setting there: to the same value, or neither. */
    private boolean isSame(ModuleSettings module, SettingsDocument document, @Nullable Setting setting, String here) {
        List<SettingsTranslator.Placed> placed = new SettingsTranslator(module, document, keepBehaviour)
                .translate(false).moved().stream()
                        .filter(each -> PropertyTexts.key(each.path()).equals(here))
                        .toList();
        boolean ours = document.settings().stream().anyMatch(each -> each.key().equals(here));
        if (setting == null || placed.isEmpty() || ours) {
            return setting == null && placed.isEmpty() && !ours;
        }
        SettingsTranslator.Placed only = placed.get(0);
        String value = only.setting().value().text();
        SettingsMove.Written written = SettingsMove.inRange(
                new SettingsMove.Written(
                        only.path(),
                        only.setting().value(),
                        List.of(),
                        only.setting().origin()),
                left -> {});
        return value.equals(setting.value().text())
                && written != null
                && written.value().text().equals(value);
    }
}
