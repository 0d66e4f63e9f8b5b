package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The types of resilience4j in the mapping table, compared with its modules on the class path. */
class MappedTypeTests {

    private static List<String> types() {
        return Stream.of("type", "exception")
                .flatMap(what -> MappingTable.get().rows(MappingTable.RESILIENCE4J, what))
                .map(row -> row.there().name())
                .filter(name -> name.startsWith(JavaMove.PACKAGE))
                .toList();
    }

    private static String module(String type) {
        return type.substring(JavaMove.PACKAGE.length()).replaceFirst("\\..*", "");
    }

    private static boolean isPresent(String type) {
        String file = type.replace('.', '/').replaceAll("(?<=/[A-Z]\\w{0,80})/", "\\$") + ".class";
        return MappedTypeTests.class.getClassLoader().getResource(file) != null;
    }

    @Test
    void typesOfKnownModulesShouldExist() {
        Set<String> modules = types().stream()
                .filter(MappedTypeTests::isPresent)
                .map(MappedTypeTests::module)
                .collect(Collectors.toSet());

        assertThat(modules)
                .contains("circuitbreaker", "retry", "bulkhead", "ratelimiter", "timelimiter", "core", "reactor");
        assertThat(types()).filteredOn(type -> modules.contains(module(type))).allMatch(MappedTypeTests::isPresent);
    }
}
