package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The patterns of resilience4j in the words of this library, as the mapping table has them. */
final class MappedPatterns {

    private static final Map<String, String> ANNOTATIONS =
            MappingTable.get().renamed(MappingTable.RESILIENCE4J, "annotation");

    /** The simple names of the types of patterns there that have an annotation. */
    static final Set<String> ANNOTATED =
            ANNOTATIONS.keySet().stream().map(MappedPatterns::simple).collect(Collectors.toUnmodifiableSet());

    private MappedPatterns() {}

    /** The pattern for the full name of an annotation there; null for another annotation. */
    static @Nullable String ofAnnotation(String name) {
        return ANNOTATIONS.containsKey(name) ? ofType(simple(name)) : null;
    }

    /** The pattern for the simple name of a type there, such as {@code ThreadPoolBulkhead}; null for another type. */
    static @Nullable String ofType(String type) {
        return MappingTable.get().pattern(type).orElse(null);
    }

    /** The simple name of a type here, by the one there; the same for what is no pattern. */
    static String type(String there) {
        String pattern = ANNOTATED.contains(there) ? ofType(there) : null;
        return pattern == null ? there : annotation(pattern);
    }

    /** The simple name of the annotation here, and of the type of its instances. */
    static String annotation(String pattern) {
        return Arrays.stream(pattern.split("-"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** The simple name of a type. */
    static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
