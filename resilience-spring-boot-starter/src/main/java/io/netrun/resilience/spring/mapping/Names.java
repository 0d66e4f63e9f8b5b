package io.netrun.resilience.spring.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Names of settings in their spellings. */
public final class Names {

    private Names() {}

    /** The form in which all spellings of a name are equal: {@code maxAttempts} and {@code max-attempts}. */
    public static String uniform(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** The elements of a dotted key; what is in brackets is one element. */
    public static List<String> elements(String key) {
        List<String> elements = new ArrayList<>();
        StringBuilder element = new StringBuilder();
        int open = 0;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            boolean ends = (open == 0 && (c == '.' || c == '[')) || (open == 1 && c == ']');
            open += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (ends) {
                if (element.length() > 0) {
                    elements.add(element.toString());
                    element.setLength(0);
                }
            } else {
                element.append(c);
            }
        }
        if (element.length() > 0) {
            elements.add(element.toString());
        }
        return elements;
    }

    /** The name of an instance as an element of a key: in brackets if it has other characters than a key may have. */
    public static String bracketed(String name) {
        return name.matches("[A-Za-z0-9-]+") ? name : "[" + name + "]";
    }

    /** Where a file belongs: its module, or its directory if it is in none. */
    public static String module(String path) {
        String uniform = "/" + path.replace('\\', '/');
        int source = uniform.indexOf("/src/");
        return uniform.substring(0, source < 0 ? uniform.lastIndexOf('/') : source);
    }
}
