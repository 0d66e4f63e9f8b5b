package io.netrun.resilience.application.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.StringUtils;

/** A block of YAML, read as an {@code application.yml}. */
final class YamlBlock {

    private static final Pattern LIST = Pattern.compile("resilience\\.fallback\\.instances\\.([^.]+)\\.value\\[.*");

    private static final Pattern INSTANCE =
            Pattern.compile("resilience\\.([a-z-]+)\\.instances(?:\\.([^.\\[]+)|\\[([^\\]]+)]).*");
    /** What the documentation adds to a name for the limit of its attempts. */
    private static final String ATTEMPT = "-attempt";

    private final Block block;

    YamlBlock(Block block) {
        this.block = block;
    }

    /** Its settings. */
    List<PropertySource<?>> settings() {
        try {
            return new YamlPropertySourceLoader()
                    .load(block.toString(), new ByteArrayResource(block.text().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it has settings for instances or a client of such a name. */
    boolean configures(String name) {
        return instances().anyMatch(instance -> instance.name.equals(name))
                || keys().anyMatch(key -> key.startsWith("resilience.http-clients." + name + "."));
    }

    /** A class with a method for each name that has settings, protected by everything of that name. */
    String callers(String className) {
        Map<String, TreeSet<String>> annotations = new TreeMap<>();
        instances()
                .forEach(instance -> annotations
                        .computeIfAbsent(instance.method(), key -> new TreeSet<>())
                        .add(instance.annotation()));
        StringBuilder methods = new StringBuilder();
        int number = 0;
        for (TreeSet<String> around : annotations.values()) {
            methods.append(String.join("\n", around))
                    .append("\npublic String call")
                    .append(number++)
                    .append("() { return \"\"; }\n");
        }
        for (String name : lists()) {
            methods.append("@io.netrun.resilience.annotation.Fallback(name = \"" + name + "\")")
                    .append("\npublic java.util.List<java.util.Map<String, String>> list")
                    .append(number++)
                    .append("() { return java.util.List.of(); }\n");
        }
        return "class " + className + " {\n" + methods + "}\n";
    }

    /** The names of fallbacks with a list as their constant. */
    private Set<String> lists() {
        return keys().map(LIST::matcher)
                .filter(Matcher::matches)
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Stream<Instance> instances() {
        return keys().map(INSTANCE::matcher)
                .filter(found -> found.matches() && !found.group(1).equals("fallback"))
                .map(found -> new Instance(found.group(1), found.group(2) == null ? found.group(3) : found.group(2)));
    }

    private Stream<String> keys() {
        return settings().stream()
                .flatMap(source -> Arrays.stream(((EnumerablePropertySource<?>) source).getPropertyNames()));
    }

    private record Instance(String pattern, String name) {

        boolean isOfAttempts() {
            return pattern.equals("timeout") && name.endsWith(ATTEMPT);
        }

        String method() {
            return isOfAttempts() ? name.substring(0, name.length() - ATTEMPT.length()) : name;
        }

        String annotation() {
            String simpleName = isOfAttempts()
                    ? "AttemptTimeout"
                    : Arrays.stream(pattern.split("-"))
                            .map(StringUtils::capitalize)
                            .collect(Collectors.joining());
            return "@io.netrun.resilience.annotation." + simpleName + "(name = \"" + name + "\")";
        }
    }
}
