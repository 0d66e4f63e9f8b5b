package io.netrun.resilience.application.api;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The public and protected members of the classes of a directory, one a line. */
final class PublicApi {

    private PublicApi() {}

    static String of(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(classes::relativize)
                    .map(file -> file.toString().replace('/', '.'))
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name -> load(name.substring(0, name.length() - ".class".length())))
                    .filter(PublicApi::isReachable)
                    .sorted(Comparator.comparing(Class::getName))
                    .flatMap(PublicApi::lines)
                    .collect(Collectors.joining("\n", "", "\n"));
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, PublicApi.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("The test class path has no " + name, e);
        }
    }

    /** Public, or a protected member of such a class, and everything around it too. */
    private static boolean isReachable(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return isApi(type.getModifiers()) && !type.isAnonymousClass() && (outer == null || isReachable(outer));
    }

    private static boolean isApi(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static Stream<String> lines(Class<?> type) {
        String head = type.toGenericString()
                + supertypes(" extends ", type.isInterface() ? List.of() : List.of(type.getAnnotatedSuperclass()))
                + supertypes(" implements ", List.of(type.getAnnotatedInterfaces()));
        Stream<String> fields = api(type.getDeclaredFields()).map(Field::toGenericString);
        Stream<String> constructors = api(type.getDeclaredConstructors()).map(Constructor::toGenericString);
        Stream<String> methods = api(type.getDeclaredMethods())
                .filter(method -> !method.isBridge())
                .map(method -> method.toGenericString() + defaultOf(method));
        return Stream.concat(
                Stream.of(head),
                Stream.concat(fields, Stream.concat(constructors, methods))
                        .sorted()
                        .map(line -> "    " + line));
    }

    private static <T extends Member> Stream<T> api(T[] members) {
        return Arrays.stream(members).filter(member -> isApi(member.getModifiers()) && !member.isSynthetic());
    }

    private static String supertypes(String keyword, List<?> types) {
        return types.isEmpty()
                ? ""
                : types.stream().map(Object::toString).sorted().collect(Collectors.joining(", ", keyword, ""));
    }

    /** An annotation's default is a part of what its users see. */
    private static String defaultOf(Method method) {
        Object value = method.getDefaultValue();
        if (value == null) {
            return "";
        }
        String text = value instanceof Object[] array ? Arrays.toString(array) : value.toString();
        return " default " + (text.isEmpty() ? "\"\"" : text);
    }
}
