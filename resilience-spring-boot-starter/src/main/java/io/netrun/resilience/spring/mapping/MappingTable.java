package io.netrun.resilience.spring.mapping;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The rows of {@code mapping.table}: what other libraries' names are called here. Immutable. */
public final class MappingTable {

    /** The library resilience4j. */
    public static final String RESILIENCE4J = "resilience4j";

    /** The library Spring Retry. */
    public static final String SPRING_RETRY = "spring-retry";

    /** Spring Framework 7. */
    public static final String SPRING_FRAMEWORK = "spring-framework";

    /** Spring, and libraries whose annotations have an effect on calls through a proxy alone, too. */
    public static final String SPRING = "spring";

    private static final MappingTable LOADED = load();

    private final List<Row> rows;

    private MappingTable(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /** The table of this library. */
    public static MappingTable get() {
        return LOADED;
    }

    /** All rows, in the order of the file. */
    public List<Row> rows() {
        return rows;
    }

    /** The rows of one library and kind, such as {@code "exception"}. */
    public Stream<Row> rows(String library, String what) {
        return rows.stream()
                .filter(row -> row.section().library().equals(library)
                        && row.section().what().equals(what));
    }

    /** The settings of a section of resilience4j, such as {@code "circuitbreaker"}. */
    public Stream<Row> settings(String section) {
        return rows(RESILIENCE4J, "setting")
                .filter(row -> Names.uniform(row.section().from()).equals(Names.uniform(section)));
    }

    /** The row of a name. */
    public Optional<Row> find(String library, String what, String name) {
        return rows(library, what)
                .filter(row -> row.there().name().equals(name))
                .findFirst();
    }

    /** Full names there, with the full names here; without those that have no counterpart. */
    public Map<String, String> renamed(String library, String what) {
        Map<String, String> renamed = new LinkedHashMap<>();
        rows(library, what)
                .filter(row -> !row.here().name().isEmpty())
                .forEach(row -> renamed.put(row.there().name(), row.here().name()));
        return renamed;
    }

    /** The patterns of this library that have settings of resilience4j, such as {@code "timeout"}; each once. */
    public Set<String> patterns() {
        Set<String> patterns = new LinkedHashSet<>();
        rows(RESILIENCE4J, "setting").forEach(row -> patterns.add(row.section().to()));
        return patterns;
    }

    /** The pattern of this library for a type or a section of resilience4j, such as {@code "TimeLimiter"}. */
    public Optional<String> pattern(String there) {
        return settings(there).map(row -> row.section().to()).findFirst();
    }

    private static MappingTable load() {
        try (InputStream file = MappingTable.class.getResourceAsStream("mapping.table")) {
            if (file == null) {
                throw new IllegalStateException(
                        "mapping.table is missing in the jar of resilience-spring-boot-starter");
            }
            return new MappingTable(parse(new String(file.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Row> parse(String text) {
        List<Row> rows = new ArrayList<>();
        Section section = new Section("", "", "", "");
        for (String line : text.lines().toList()) {
            if (line.startsWith("[")) {
                section = section(line.substring(1, line.length() - 1));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                List<String> cells =
                        Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
                rows.add(new Row(
                        section,
                        new Name(cells.get(0), cells.get(2)),
                        new Name(cells.get(3), cells.get(4)),
                        cells.get(1),
                        cells.get(5)));
            }
        }
        return rows;
    }

    private static Section section(String header) {
        String[] parts = header.split(": ", -1);
        String[] sections = parts.length < 3 ? new String[] {"", ""} : parts[2].split(" -> ", -1);
        return new Section(parts[0], parts[1], sections[0], sections[1]);
    }

    /**
     * What a group of rows is about.
     *
     * @param library the other library
     * @param what the kind of the rows, such as {@code "setting"}
     * @param from the section of the settings in the other library; empty for what is no setting
     * @param to the section of the settings here; empty for what is no setting
     */
    public record Section(String library, String what, String from, String to) {}

    /**
     * A name with its default.
     *
     * @param name the name; may be empty
     * @param standard the default; may be empty
     */
    public record Name(String name, String standard) {

        /** The names, where there are several. */
        public List<String> names() {
            return name.isEmpty() ? List.of() : List.of(name.split(", "));
        }
    }

    /**
     * One row.
     *
     * @param section what it is about
     * @param there the name in the other library
     * @param here the name in this library; without one, the note is the reason
     * @param kind the kind of the values
     * @param note the difference, or the reason; may be empty
     */
    public record Row(Section section, Name there, Name here, String kind, String note) {

        /** The words that replace other words; empty for other kinds of values. */
        public Map<String, String> words() {
            Map<String, String> words = new LinkedHashMap<>();
            for (String word : List.of(kind.split(" ", -1))) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    words.put(word.substring(0, equals), word.substring(equals + 1));
                }
            }
            return words;
        }

        /** The note as a sentence. */
        public String reason() {
            return note.replace("`", "") + ".";
        }
    }
}
