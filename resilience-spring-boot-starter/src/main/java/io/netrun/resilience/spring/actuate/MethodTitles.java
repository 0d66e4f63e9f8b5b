package io.netrun.resilience.spring.actuate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Titles of methods as they are shown, and as attempts name them. */
final class MethodTitles {

    private MethodTitles() {}

    /** Methods without their packages and parameters. */
    static Set<String> shortTitles(Set<String> methods) {
        Set<String> titles = new LinkedHashSet<>();
        for (String method : methods) {
            String[] parts = parts(method);
            titles.add(parts.length < 2 ? method : parts[parts.length - 2] + "." + parts[parts.length - 1]);
        }
        return titles;
    }

    /** The simple names of the classes of methods; a client keeps its title. */
    static Set<String> classes(Set<String> methods) {
        Set<String> classes = new LinkedHashSet<>();
        for (String method : methods) {
            String[] parts = parts(method);
            classes.add(parts.length < 2 ? method : parts[parts.length - 2]);
        }
        return classes;
    }

    /** Methods as attempts name them: class and method, without the package. */
    static List<String> attemptKeys(Set<String> methods) {
        return methods.stream()
                .map(MethodTitles::parts)
                .filter(parts -> parts.length >= 2)
                .map(parts -> parts[parts.length - 2] + "." + parts[parts.length - 1])
                .distinct()
                .toList();
    }

    /** The segments of a method's name; only one for what is no method. */
    private static String[] parts(String title) {
        int end = title.indexOf('(');
        return end < 0 ? new String[] {title} : title.substring(0, end).split("\\.");
    }
}
