package io.netrun.resilience.spring.settings;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.ResolvableType;

/**
 * Changes settings of existing instances on behalf of an operator. Input is untrusted: no placeholder is resolved and
 * no class is loaded for it. Thread-safe.
 */
public final class RuntimeSettings {

    private static final int MAX_LENGTH = 1_000;
    private static final String ENABLED = Option.ENABLED.key();

    /** A comma that is not part of a value. */
    private static final java.util.regex.Pattern NEXT_CHANGE = java.util.regex.Pattern.compile(",(?=[^,=]*=)");

    private static final ResolvableType SWITCH = ResolvableType.forClass(boolean.class);

    private static final String MUST_BE = ": must be ";

    private final InstanceFactory instances;

    /**
     * Creates the settings of an application's instances.
     *
     * @param instances records the operator as the origin of changed settings
     */
    public RuntimeSettings(InstanceFactory instances) {
        this.instances = instances;
    }

    /**
     * What one change has done, whatever else changed the instance at the same time.
     *
     * @param before the configuration that was changed
     * @param after the configuration with the change
     * @param wasEnabled whether the instance was enabled before
     * @param isEnabled whether it was enabled by the change, or still is
     */
    public record Changed(Record before, Record after, boolean wasEnabled, boolean isEnabled) {}

    /** Changes all given settings, or none; see {@link #split}. */
    public <P extends Policy, C extends Record> Changed change(
            PatternDescriptor<P, C> pattern, P policy, String changes) {
        return change(pattern, policy, split(changes));
    }

    /**
     * Changes all given settings, or none.
     *
     * @param changes texts of the values, by names as in Java or YAML, including {@code enabled}; null to unset one
     * @throws ResilienceConfigurationException if one cannot be read, a name is unknown, or a value is out of range
     */
    public <P extends Policy, C extends Record> Changed change(
            PatternDescriptor<P, C> pattern, P policy, Map<String, @Nullable String> changes) {
        return prepare(pattern, policy, changes).get();
    }

    /**
     * Reads a change of settings, which the returned supplier makes: once, and without running code of the application
     * other than listeners.
     *
     * @param changes as for {@link #change}
     * @throws ResilienceConfigurationException if a setting cannot be read, or a name is unknown; the supplier throws
     *     it if a value is out of range
     */
    public <P extends Policy, C extends Record> Supplier<Changed> prepare(
            PatternDescriptor<P, C> pattern, P policy, Map<String, @Nullable String> changes) {
        Map<String, @Nullable Object> values = readAll(pattern, policy, changes);
        Object enabled = values.remove(ENABLED);
        requireFitting(pattern, policy, values);
        return () -> apply(pattern, policy, values, enabled);
    }

    /**
     * Reads a change of settings without making it, and without running code of the application.
     *
     * @param changes as for {@link #change}
     * @throws ResilienceConfigurationException with all problems, if a setting cannot be read, a name is unknown, or a
     *     value is out of range beside the values in force
     */
    public <P extends Policy> void check(
            PatternDescriptor<P, ?> pattern, P policy, Map<String, @Nullable String> changes) {
        Map<String, @Nullable Object> values = readAll(pattern, policy, changes);
        values.remove(ENABLED);
        try {
            requireUsed(pattern, policy.config(), values);
            requireInRange(pattern, policy, policy.config(), values);
        } catch (IllegalArgumentException wrong) {
            throw outOfRange(pattern, policy, List.of(Ranges.invalid(wrong)));
        }
    }

    /**
     * One that cannot be read does not hide that another one is out of range; but what another one must be beside it is
     * not known then, whatever it was before.
     */
    private Map<String, @Nullable Object> readAll(
            PatternDescriptor<?, ?> pattern, Policy policy, Map<String, @Nullable String> changes) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        Set<String> unreadable = new HashSet<>();
        changes.forEach((name, value) -> {
            if (!Problem.collect(problems, () -> read(pattern, name, value, values))) {
                unreadable.add(javaName(pattern, name));
            }
        });
        if (!problems.isEmpty()) {
            values.remove(ENABLED);
            List<InvalidSettingException> outOfRange = Ranges.problems(policy.config(), values).stream()
                    .filter(wrong -> Collections.disjoint(wrong.conflictingFields(), unreadable))
                    .toList();
            problems.addAll(outOfRange(pattern, policy, outOfRange).problems());
            throw new ResilienceConfigurationException(problems);
        }
        return values;
    }

    private static String javaName(PatternDescriptor<?, ?> pattern, String name) {
        return changeable(pattern).stream()
                .filter(setting -> setting.key().equals(name))
                .map(Setting::name)
                .findFirst()
                .orElse(name);
    }

    /**
     * The changes by setting name; null to unset the setting.
     *
     * @param changes such as {@code maxConcurrent=4, max-wait=2s}; or a JSON object, each of whose values is one value,
     *     even if it contains commas or equals signs
     * @throws ResilienceConfigurationException if it cannot be read
     */
    public static Map<String, @Nullable String> split(String changes) {
        Map<String, @Nullable String> split = new LinkedHashMap<>();
        if (changes.isBlank()) {
            throw empty();
        }
        if (changes.startsWith("{")) {
            try {
                JsonParserFactory.getJsonParser()
                        .parseMap(changes)
                        .forEach((name, value) -> split.put(name, value == null ? null : value.toString()));
            } catch (RuntimeException | StackOverflowError noJson) {
                throw new ResilienceConfigurationException(List.of(new Problem(
                        "The body or its settings are not a valid JSON object",
                        "Send an object, such as {\"settings\": {\"enabled\": true}}, or {\"settings\":"
                                + " \"enabled=true\"}")));
            }
            if (split.isEmpty()) {
                throw empty();
            }
            return split;
        }
        for (String change : NEXT_CHANGE.split(changes, -1)) {
            String[] parts = change.split("=", 2);
            String name = parts[0].strip();
            if (split.containsKey(name)) {
                throw twice(name);
            }
            split.put(name, parts.length == 2 ? parts[1].strip() : "");
        }
        return split;
    }

    private static ResilienceConfigurationException empty() {
        return new ResilienceConfigurationException(List.of(new Problem(
                "The settings are empty", "Name at least one setting, such as {\"settings\": {\"enabled\": true}}")));
    }

    private static ResilienceConfigurationException twice(String name) {
        return new ResilienceConfigurationException(
                List.of(new Problem(abbreviated(name) + " is given twice", "Give each setting one value")));
    }

    private void read(
            PatternDescriptor<?, ?> pattern,
            String name,
            @Nullable String value,
            Map<String, @Nullable Object> values) {
        if (name.equals(ENABLED)) {
            if (value == null) {
                throw notUnset(name, SWITCH);
            }
            values.put(name, read(name, value, SWITCH, false));
            return;
        }
        Setting setting = changeable(pattern).stream()
                .filter(known -> known.name().equals(name) || known.key().equals(name))
                .findFirst()
                .orElseThrow(() -> new ResilienceConfigurationException(List.of(unknown(pattern, name))));
        if (values.containsKey(setting.name())) {
            throw twice(setting.name());
        }
        boolean optional = setting.valueIn(pattern.type().defaults()) == null;
        if (value == null && !optional) {
            throw notUnset(name, setting.type());
        }
        values.put(setting.name(), value == null ? null : read(name, value, setting.type(), optional));
    }

    private static ResilienceConfigurationException notUnset(String name, ResolvableType type) {
        return new ResilienceConfigurationException(
                List.of(new Problem(name + " cannot be unset", "Write " + ExpectedFormat.of(type) + " as its value")));
    }

    private <P extends Policy, C extends Record> Changed apply(
            PatternDescriptor<P, C> pattern, P policy, Map<String, @Nullable Object> values, @Nullable Object enabled) {
        Set<String> changed = new LinkedHashSet<>();
        AtomicReference<Record> before = new AtomicReference<>();
        C config;
        try {
            config = CreatedInstances.reconfigure(pattern, policy, present -> {
                before.set(present);
                requireUsed(pattern, present, values);
                requireInRange(pattern, policy, present, values);
                changed.clear();
                Setting.values(present, values.keySet()).forEach((name, value) -> {
                    if (!Setting.isSame(value, values.get(name))) {
                        changed.add(name);
                    }
                });
                return Setting.with(present, values);
            });
            instances.recordOperatorChange(pattern, policy, config, changed);
        } catch (IllegalArgumentException wrong) {
            throw outOfRange(pattern, policy, List.of(Ranges.invalid(wrong)));
        }
        boolean wasEnabled = policy.isEnabled();
        boolean isEnabled = enabled == null ? wasEnabled : Boolean.TRUE.equals(enabled);
        if (enabled != null) {
            policy.setEnabled(isEnabled);
        }
        return new Changed(Objects.requireNonNull(before.get()), config, wasEnabled, isEnabled);
    }

    /** Asks the users of the instance before it is locked, since they run code of the application. */
    private void requireFitting(PatternDescriptor<?, ?> pattern, Policy policy, Map<String, @Nullable Object> values) {
        Record later;
        try {
            later = Setting.with(policy.config(), values);
        } catch (IllegalArgumentException outOfRange) {
            return; // reported by the change itself
        }
        instances.requireFitting(pattern, policy.name(), later);
    }

    private static void requireInRange(
            PatternDescriptor<?, ?> pattern, Policy policy, Record present, Map<String, @Nullable Object> values) {
        List<InvalidSettingException> problems = Ranges.problems(present, values);
        if (!problems.isEmpty()) {
            throw outOfRange(pattern, policy, problems);
        }
    }

    private static ResilienceConfigurationException outOfRange(
            PatternDescriptor<?, ?> pattern, Policy policy, List<InvalidSettingException> problems) {
        return new ResilienceConfigurationException(problems.stream()
                .map(wrong -> new Problem(
                        pattern.title() + " '" + policy.name() + "': " + wrong.getMessage(), "Nothing has changed"))
                .toList());
    }

    /** Rejects a setting that the instance would not use, as the configuration does. */
    static void requireUsed(PatternDescriptor<?, ?> pattern, Record present, Map<String, @Nullable Object> values) {
        Map<String, Object> changed = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value != null) {
                changed.put(name, value);
            }
        });
        Map<String, Object> chosen = new LinkedHashMap<>();
        Setting.values(present, pattern.derived()).forEach((name, value) -> {
            if (value != null) {
                chosen.put(name, value);
            }
        });
        pattern.derive(List.of(changed, chosen));
    }

    /** Lists contain classes, and executors and code are beans; neither may be set from outside. */
    private static List<Setting> changeable(PatternDescriptor<?, ?> pattern) {
        return Setting.of(pattern).stream()
                .filter(setting -> setting.isWritable()
                        && !setting.isCode()
                        && setting.type().toClass() != List.class
                        && setting.type().toClass() != Executor.class)
                .toList();
    }

    /**
     * A setting that an operator can change, as a form shows it.
     *
     * @param name in Java
     * @param format what to write, such as {@code a duration}
     * @param range what is allowed, such as {@code between 1 and 100}; empty if every value of the format is
     * @param values the values, if there are only a few
     * @param optional whether it can be unset
     */
    public record Form(String name, String format, String range, List<String> values, boolean optional) {}

    /**
     * The settings of an instance that an operator can change, in the order of its configuration. Their ranges are
     * those beside the values in force: the minimum of a setting may be another setting.
     *
     * @param config in force
     */
    public static List<Form> forms(PatternDescriptor<?, ?> pattern, Record config) {
        return changeable(pattern).stream()
                .map(setting -> form(pattern, config, setting))
                .toList();
    }

    private static Form form(PatternDescriptor<?, ?> pattern, Record present, Setting setting) {
        Record defaults = pattern.type().defaults();
        Class<?> type = setting.type().toClass();
        List<String> values = type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                        .map(constant -> ((Enum<?>) constant)
                                .name()
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '-'))
                        .toList()
                : List.of();
        return new Form(
                setting.name(),
                ExpectedFormat.of(setting.type()),
                range(present, setting, type),
                values,
                setting.valueIn(defaults) == null);
    }

    /** What the record itself reports about a value that is out of any range. */
    private static String range(Record present, Setting setting, Class<?> type) {
        Object outside = type == int.class || type == Integer.class
                ? (Object) Integer.MIN_VALUE
                : type == double.class ? (Object) (-1.0) : type == Duration.class ? Duration.ofNanos(-1) : null;
        if (outside == null) {
            return "";
        }
        return Ranges.problems(present, Map.of(setting.name(), outside)).stream()
                .filter(wrong -> wrong.field().equals(setting.name()))
                .map(wrong -> String.valueOf(wrong.getMessage()))
                .filter(message -> message.contains(MUST_BE))
                .map(message -> message.substring(message.indexOf(MUST_BE) + MUST_BE.length()))
                .findFirst()
                .orElse("");
    }

    private static Problem unknown(PatternDescriptor<?, ?> pattern, String name) {
        List<String> known =
                new ArrayList<>(changeable(pattern).stream().map(Setting::name).toList());
        known.add(ENABLED);
        return new Problem(
                name.isBlank()
                        ? "A setting without a name"
                        : "A " + pattern.key() + " has no setting '" + abbreviated(name)
                                + "' that can be changed at runtime",
                "Known here: " + String.join(", ", known));
    }

    private Object read(String name, String text, ResolvableType type, boolean optional) {
        if (!text.isBlank() && text.length() <= MAX_LENGTH) {
            Object value = bound(name, text, type);
            if (value != null) {
                return value;
            }
        }
        throw new ResilienceConfigurationException(List.of(new Problem(
                name + " is '" + abbreviated(text) + "'",
                "Write " + ExpectedFormat.of(type)
                        + (text.length() > MAX_LENGTH ? " of at most " + MAX_LENGTH + " characters" : "")
                        + " as its value"
                        + (optional ? ", or null in an object of settings to unset it" : ""))));
    }

    /** Null for a text that Spring reads as no value, such as blanks and control characters. */
    private @Nullable Object bound(String name, String text, ResolvableType type) {
        try {
            return new Binder(
                            List.of(new MapConfigurationPropertySource(Map.of("value", text))),
                            null,
                            instances.conversion(),
                            null)
                    .bind("value", Bindable.of(type))
                    .orElse(null);
        } catch (BindException e) {
            throw SettingProblems.unreadable(name + " is '" + abbreviated(text) + "'", type, e);
        }
    }

    private static String abbreviated(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }

    /** Whether the setting of a name has an effect, or is no setting at all, such as {@code health}. */
    static boolean isUsed(PatternDescriptor<?, ?> pattern, Record config, String name) {
        return Setting.of(pattern).stream()
                .filter(setting -> setting.name().equals(name))
                .allMatch(setting -> isUsed(pattern, config, setting));
    }

    /** Whether a setting has an effect. An operator's change of another setting can make it ineffective. */
    static boolean isUsed(PatternDescriptor<?, ?> pattern, Record config, Setting setting) {
        if (pattern.derived().contains(setting.name())) {
            return true;
        }
        try {
            requireUsed(pattern, config, Setting.values(config, Set.of(setting.name())));
            return true;
        } catch (IllegalArgumentException unused) {
            return false;
        }
    }
}
