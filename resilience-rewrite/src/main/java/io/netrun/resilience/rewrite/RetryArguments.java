package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import io.netrun.resilience.spring.mapping.Values;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Space;

/** Builds the arguments of an annotation of this library from those of one of Spring's. One use for each annotation. */
final class RetryArguments {

    /** An expression that is a number, as constants make it up. */
    private static final Pattern EVALUATED = Pattern.compile("#\\{\\s*(\\d{1,18}(?:\\.\\d{1,9})?)\\s*}");

    private final String library;

    private final Numbers numbers;

    private final Consumer<Left> left;

    private final Map<String, Expression> arguments = new LinkedHashMap<>();

    private final Map<String, String> settings = new LinkedHashMap<>();

    private final Function<Expression, @Nullable Object> constants;

    /** What arguments and settings were there. */
    private final Map<String, String> origins = new HashMap<>();

    private String origin = "";

    private @Nullable Expression recover;

    /**
     * @param library the library, as in the mapping table
     * @param numbers what is known of placeholders
     * @param constants the values of expressions, null for those that are not known
     * @param left takes what was left
     */
    RetryArguments(
            String library, Numbers numbers, Function<Expression, @Nullable Object> constants, Consumer<Left> left) {
        this.constants = constants;
        this.library = library;
        this.numbers = numbers;
        this.left = left;
    }

    /** Notes the attribute that the next arguments come from. */
    void from(String name, Expression value) {
        origin = name + " = " + Trees.shown(value);
    }

    void from(String name, Expression value, String end) {
        origin = name + " = " + Trees.shown(value) + end;
    }

    /** What an argument was there. */
    String origin(String name) {
        return origins.getOrDefault(name, name);
    }

    /** Sets an argument, whether it is there or not. */
    void set(String name, Expression value) {
        arguments.put(name, value.withPrefix(Space.EMPTY));
    }

    /** The value of an expression, or null if it is not known. */
    @Nullable
    Object known(Expression value) {
        return constants.apply(value);
    }

    /** The text of an expression, or null if it is not known. */
    @Nullable
    String text(Expression value) {
        String text = Trees.text(value);
        String whole = text == null && known(value) instanceof String known ? known : text;
        Matcher number = whole == null ? null : EVALUATED.matcher(whole);
        return number != null && number.matches() ? number.group(1) : whole;
    }

    /** Replaces an argument. */
    void replace(String name, Expression value) {
        arguments.replace(name, value.withPrefix(Space.EMPTY));
    }

    void remove(String name) {
        arguments.remove(name);
    }

    @Nullable
    Expression get(String name) {
        return arguments.get(name);
    }

    /** Takes away what is out of its range here, and lists it and what cannot be known. */
    void check() {
        origin = "";
        for (String name : List.copyOf(arguments.keySet())) {
            Ranges.Range range = Ranges.of(name);
            Expression value = arguments.get(name);
            if (range == null || value == null) {
                continue;
            }
            Possible possible = possible(value, range);
            String origin = origins.get(name);
            if (origin == null) {
                continue; // written by the recipe itself
            }
            if (possible.bad() != null) {
                arguments.remove(name);
                leaveBad(name, name, range, possible.bad());
            } else if (range.duration()
                    && possible.values().stream().anyMatch(each -> each.compareTo(Ranges.YEAR) > 0)) {
                replace(name, Trees.literal(Values.FOREVER));
            } else if (possible.unknown()) {
                left.accept(new Left(
                        origins.getOrDefault(name, name),
                        "Its value is not known to the recipe. As " + name + ", it must be " + range.words()
                                + ": look at its values in every environment."));
            }
        }
        List.copyOf(settings.entrySet()).forEach(entry -> {
            Ranges.Range range = Ranges.ofSetting(entry.getKey());
            Possible possible = range == null ? null : possible(entry.getValue(), range);
            if (range != null && possible != null && possible.bad() != null) {
                settings.remove(entry.getKey());
                leaveBad(entry.getKey(), entry.getKey(), range, possible.bad());
            } else if (range != null && possible != null && possible.unknown()) {
                left.accept(new Left(
                        origins.getOrDefault(entry.getKey(), entry.getKey()),
                        "Its value is not known to the recipe. As " + entry.getKey() + ", it must be " + range.words()
                                + ": look at its values in every environment."));
            }
        });
    }

    private void leaveBad(String name, String here, Ranges.Range range, String bad) {
        left.accept(new Left(
                origins.getOrDefault(name, name),
                "It is not written, since " + here + " must be " + range.words() + ", and it is " + bad
                        + ". Write what applies instead."));
    }

    /** What an argument may be; no values for one that is not there. */
    Possible possible(String name) {
        Ranges.Range range = Ranges.of(name);
        Expression value = arguments.get(name);
        return range == null || value == null ? new Possible(List.of(), null, false) : possible(value, range);
    }

    private Possible possible(Expression value, Ranges.Range range) {
        Object known = known(value);
        return known == null ? new Possible(List.of(), null, true) : possible(known.toString(), range);
    }

    private Possible possible(String value, Ranges.Range range) {
        return numbers.possible(value, range);
    }

    /**
     * The values that an argument may have.
     *
     * @param values those that are known
     * @param bad one that is out of range, or null
     * @param unknown whether it may have others
     */
    record Possible(List<BigDecimal> values, @Nullable String bad, boolean unknown) {}

    /** The arguments, as they are written. */
    List<Expression> list() {
        List<Expression> list = new ArrayList<>();
        arguments.forEach((name, value) -> list.add(Trees.argument(name, value)));
        return list;
    }

    /** The name of the fallback method, or null. */
    @Nullable
    Expression recover() {
        return recover;
    }

    /** What an annotation cannot express, by the names of the settings. */
    Map<String, String> settings() {
        return settings;
    }

    boolean has(String name) {
        return arguments.containsKey(name);
    }

    /**
     * Moves an expression: a number or a word becomes an argument, a text with placeholders too where the argument is
     * one, otherwise a setting. What must be evaluated is left.
     *
     * @param scope what the attribute's name begins with in the table
     * @param name the name of the attribute
     * @param value its value
     * @param target the argument, and the setting
     */
    void moveExpression(String scope, String name, Expression value, Target target) {
        String text = text(value);
        String placeholder = placeholder(text);
        String constant = text == null ? "" : text.strip();
        if (constant.isEmpty() && text != null) {
            return; // as if it were not there
        } else if (placeholder != null && target.setting().isEmpty()) {
            putDuration(name, target.argument(), placeholder, "ms");
        } else if (placeholder != null) {
            origins.put(target.setting(), origin);
            settings.putIfAbsent(target.setting(), placeholder);
        } else if (constant.matches("\\d{1,9}") && target.setting().isEmpty()) {
            put(target.argument(), Values.duration(constant));
        } else if (constant.matches("\\d{1,9}") && target.argument().equals("backoffMultiplier")) {
            put(target.argument(), Trees.decimal(constant + ".0"));
        } else if (constant.matches("\\d{1,9}")) {
            putNumber(target.argument(), Long.parseLong(constant));
        } else if (constant.matches("\\d{1,9}\\.\\d{1,9}") && target.argument().equals("backoffMultiplier")) {
            put(target.argument(), Trees.decimal(constant));
        } else if (constant.matches("true|false") && target.argument().equals("jitter")) {
            put(target.argument(), constant.equals("true") ? "equal" : "none");
        } else {
            leave(scope, name, value);
        }
    }

    /** Adds a placeholder as a duration, with a unit behind it unless its values have their own. */
    void putDuration(String name, String argument, String placeholder, String unit) {
        String odd = numbers.odd(placeholder);
        String only = numbers.only(placeholder);
        if (odd == null) {
            put(argument, placeholder + unit);
        } else if (numbers.haveUnits(placeholder)) {
            put(argument, placeholder);
        } else if (only != null) {
            put(argument, unit.equals("ms") ? Values.duration(only) : only + unit);
            left.accept(new Left(
                    name + " = " + placeholder,
                    "Its value is '" + odd + "', behind which no unit can stand, so the duration is written here. To"
                            + " have it in the configuration, write it there with its unit, and set " + argument
                            + " = \"" + placeholder + "\"."));
        } else {
            left.accept(new Left(
                    name + " = " + placeholder,
                    "One of its values is '" + odd + "', behind which no unit can stand. Write durations with their"
                            + " units, such as 30s, and set " + argument + " = \"" + placeholder + "\"."));
        }
    }

    /** Leaves an argument, with the reason in the table. */
    void leave(String scope, String name, Expression value) {
        String reason = row(scope, name).map(Row::reason).orElse("This library has no such setting.");
        left.accept(new Left(name + " = " + Trees.shown(value), reason));
    }

    private Optional<Row> row(String scope, String name) {
        return MappingTable.get()
                .find(library, "attribute", scope + name)
                .or(() -> MappingTable.get().find(library, "attribute", name));
    }

    void put(String name, Expression value) {
        if (!origin.isEmpty()) {
            origins.putIfAbsent(name, origin);
        }
        arguments.putIfAbsent(name, value.withPrefix(Space.EMPTY));
    }

    void put(String name, String text) {
        put(name, Trees.literal(text));
    }

    /** Adds the name of the instance, before all others. */
    void putName(String name) {
        Map<String, Expression> others = new LinkedHashMap<>(arguments);
        arguments.clear();
        put("name", name);
        arguments.putAll(others);
    }

    void putNumber(String name, long number) {
        put(name, Trees.literal(number));
    }

    /**
     * Adds an argument by the table.
     *
     * @param scope what the attribute's name begins with in the table
     * @param name the name of the attribute
     * @param value its value
     */
    void move(String scope, String name, Expression value) {
        Row row = row(scope, name).orElse(null);
        if (row == null) {
            left.accept(new Left(name, "This library has no such setting."));
        } else if (row.here().name().isEmpty()) {
            String text = CodeCounterparts.text(value);
            boolean idle = text.matches("false|\"\"|\\{ ?\\}") || Boolean.FALSE.equals(known(value));
            if (!idle) {
                left.accept(new Left(name + " = " + Trees.shown(value), row.reason()));
            }
        } else if (row.here().name().startsWith("@Fallback")) {
            recover = value;
        } else if (row.kind().equals("duration")) {
            put(row.here().name(), duration(value));
        } else if (row.words().isEmpty()) {
            put(row.here().name(), value);
        } else {
            Object known = known(value); // a constant may stand for a word
            String text = known == null ? CodeCounterparts.text(value) : known.toString();
            Optional<String> word =
                    row.words().keySet().stream().filter(text::endsWith).findFirst();
            word.ifPresentOrElse(
                    there -> put(row.here().name(), row.words().getOrDefault(there, "")),
                    () -> left.accept(new Left(
                            scope + name + " = " + Trees.shown(value),
                            "Its value is not known to the recipe. Set "
                                    + row.here().name()
                                    + " to what it stands for: "
                                    + row.words().entrySet().stream()
                                            .map(each -> "'" + each.getValue() + "' for " + each.getKey())
                                            .sorted()
                                            .collect(Collectors.joining(", "))
                                    + ".")));
        }
    }

    /** A number of milliseconds as a duration with its unit. */
    static Expression duration(Expression value) {
        return duration(value, "ms");
    }

    /** A number as a duration with its unit; an expression gets it behind its value. */
    static Expression duration(Expression value, String unit) {
        if (value instanceof J.Literal literal && literal.getValue() instanceof Number number) {
            return Trees.literal(unit.equals("ms") ? Values.duration(number.toString()) : number + unit);
        }
        return Trees.plus(value, Trees.literal(unit));
    }

    /** A text with the placeholder of an expression as a duration, or null if it is a real expression. */
    static @Nullable String placeholder(@Nullable String expression) {
        String text = expression == null ? "" : expression.strip();
        String inner = text.startsWith("#{") && text.endsWith("}") ? text.substring(2, text.length() - 1) : text;
        return isPlaceholder(inner) ? inner.replaceAll(":\\s+", ":") : null;
    }

    /** Whether a text is one placeholder, whose default may have further ones. */
    private static boolean isPlaceholder(String text) {
        if (!text.startsWith("${") || !text.endsWith("}") || text.contains("#{")) {
            return false;
        }
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i == text.length() - 1;
            }
        }
        return false;
    }

    /**
     * Where an expression belongs.
     *
     * @param argument the argument of the annotation
     * @param setting the setting of the instance; empty if the argument is a text, which may have placeholders
     */
    record Target(String argument, String setting) {}
}
