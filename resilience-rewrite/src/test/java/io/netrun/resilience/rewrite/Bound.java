package io.netrun.resilience.rewrite;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.yaml.snakeyaml.Yaml;

/** Binds settings to the properties of resilience4j, as Spring Boot does. */
final class Bound {

    private Bound() {}

    /** The properties of the documents, of which a later one wins, as one document. */
    static String merged(List<String> documents) {
        Map<String, Object> flat = new TreeMap<>();
        documents.forEach(document -> flatten("", new Yaml().load(document), flat));
        StringBuilder text = new StringBuilder();
        flat.forEach((key, value) -> {
            if (key.startsWith("resilience4j.")) {
                text.append(key).append(": ").append(value).append('\n');
            }
        });
        return text.toString();
    }

    /** Puts the values beneath a key into a map, by their whole keys. */
    static void flatten(String key, Object value, Map<String, Object> flat) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, child) -> flatten(key.isEmpty() ? "" + name : key + "." + name, child, flat));
        } else if (value != null) {
            flat.put(key, value);
        }
    }

    /** A mapping; an empty one for what is none. */
    static Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    /** Binds a section. */
    static <T> void bind(
            String text, String section, Map<String, T> configs, Map<String, T> instances, Supplier<T> properties) {
        Map<String, Object> flat = new LinkedHashMap<>();
        flatten("", new Yaml().load(text), flat);
        flat.forEach((key, value) -> {
            String[] path = key.split("\\.", -1);
            if (path.length == 5 && path[1].equals(section)) {
                Map<String, T> group = path[2].equals("configs") ? configs : instances;
                set(group.computeIfAbsent(path[3], name -> properties.get()), path[4], value);
            }
        });
    }

    private static void set(Object target, String name, Object value) {
        String setter = "set" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        for (Method method : target.getClass().getMethods()) {
            if (method.getName().equals(setter) && method.getParameterCount() == 1) {
                try {
                    method.invoke(target, converted(value, method.getParameterTypes()[0]));
                    return;
                } catch (IllegalAccessException | InvocationTargetException e) {
                    throw new IllegalArgumentException(setter, e);
                }
            }
        }
        throw new IllegalArgumentException(setter);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object converted(Object value, Class<?> type) {
        String text = value.toString();
        if (type == Duration.class) {
            return Duration.parse("PT" + text);
        } else if (type == Integer.class) {
            return Integer.valueOf(text);
        } else if (type == Float.class) {
            return Float.valueOf(text);
        } else if (type == Boolean.class) {
            return Boolean.valueOf(text);
        } else if (type.isEnum()) {
            return Enum.valueOf((Class) type, text);
        } else if (type.isArray()) {
            Object array = Array.newInstance(Class.class, 1);
            try {
                Array.set(array, 0, Class.forName(text.replaceAll("[\\[\\]]", "")));
            } catch (ClassNotFoundException e) {
                throw new IllegalArgumentException(e);
            }
            return array;
        }
        return text;
    }
}
