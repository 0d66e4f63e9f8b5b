package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.xml.tree.Xml;

/**
 * What enables {@code @Async}, and which applications can do it: without it, an annotated method runs on the thread of
 * its caller, without a word. Not thread-safe.
 */
final class AsyncHomes {

    /** What makes a class that of an application. */
    private static final Set<String> APPLICATIONS =
            Set.of("SpringBootApplication", "EnableAutoConfiguration", "SpringBootConfiguration");

    private static final Pattern APPLICATION = Pattern.compile("@(" + String.join("|", APPLICATIONS) + ")\\b");

    private static final Pattern ENABLING = Pattern.compile("@EnableAsync\\b");

    /** What may keep Spring from reading a class. */
    private static final Pattern CONDITION = Pattern.compile("Profile|Conditional.*");

    private static final Pattern IN_XML = Pattern.compile("<(\\w+:)?annotation-driven\\b");

    /** The files that enable it whatever is active, by their modules. */
    private final Map<String, Set<String>> enabling = new LinkedHashMap<>();

    /** The files that enable it under a condition. */
    private final Map<String, Set<String>> conditional = new LinkedHashMap<>();

    /** The files with applications that the recipe can change. */
    private final Map<String, Set<String>> ofJava = new LinkedHashMap<>();

    /** The files with other applications. */
    private final Map<String, Set<String>> others = new LinkedHashMap<>();

    /** Whether a text of Java or of another language has an application. */
    static boolean isApplication(String text) {
        return APPLICATION.matcher(text).find();
    }

    /** Whether a class is an application. */
    static boolean isApplication(J.ClassDeclaration declaration) {
        return declaration.getLeadingAnnotations().stream()
                .anyMatch(annotation -> APPLICATIONS.contains(annotation.getSimpleName()));
    }

    /** Adds what a file has. */
    void scan(SourceFile file) {
        String path = SettingsMove.path(file);
        if (OtherLanguages.isSource(file)) {
            String text = OtherLanguages.text(file);
            if (ENABLING.matcher(text).find()) {
                put(enabling, path);
            }
            if (isApplication(text)) {
                put(others, path);
            }
        } else if (file instanceof Xml.Document) {
            String text = file.printAll();
            if (text.contains("schema/task") && IN_XML.matcher(text).find()) {
                put(enabling, path);
            }
        } else if (file instanceof JavaSourceFile source && !GradleMove.isScript(file)) {
            scan(source, path);
        }
    }

    private void scan(JavaSourceFile file, String path) {
        new JavaIsoVisitor<Boolean>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Boolean outer) {
                boolean condition = outer
                        || declaration.getLeadingAnnotations().stream()
                                .anyMatch(annotation -> CONDITION
                                        .matcher(annotation.getSimpleName())
                                        .matches());
                if (isEnabling(declaration)) {
                    put(condition ? conditional : enabling, path);
                }
                if (isApplication(declaration)) {
                    put(ofJava, path);
                }
                return super.visitClassDeclaration(declaration, condition);
            }
        }.visit(file, false);
    }

    /** Whether a class enables it. */
    static boolean isEnabling(J.ClassDeclaration declaration) {
        return declaration.getLeadingAnnotations().stream()
                .anyMatch(annotation -> annotation.getSimpleName().equals("EnableAsync"));
    }

    private static void put(Map<String, Set<String>> files, String path) {
        files.computeIfAbsent(Names.module(path), module -> new LinkedHashSet<>())
                .add(path);
    }

    /**
     * Whether the applications in a file have to enable it.
     *
     * @param path the path of the file
     * @param async the modules with methods that become asynchronous
     * @param builds which modules have which others
     */
    boolean isToEnable(String path, Set<String> async, Builds builds) {
        String module = Names.module(path);
        Set<String> scope = scope(module, builds);
        return ofJava.getOrDefault(module, Set.of()).contains(path)
                && scope.stream().anyMatch(async::contains)
                && in(enabling, scope, path).isEmpty()
                && in(conditional, scope, path).isEmpty();
    }

    /**
     * What is missing for the asynchronous methods of a module; empty if nothing is.
     *
     * @param module the path of the module
     * @param builds which modules have which others
     */
    List<String> missing(String module, Builds builds) {
        List<String> reasons = new ArrayList<>();
        Set<String> applications = new LinkedHashSet<>();
        Stream.concat(ofJava.entrySet().stream(), others.entrySet().stream())
                .filter(files -> files.getValue().stream().anyMatch(AsyncHomes::isMain))
                .map(Map.Entry::getKey)
                .filter(other -> scope(other, builds).contains(module))
                .forEach(applications::add);
        if (applications.isEmpty()) {
            String reason = missing(scope(module, builds), List.of());
            if (reason != null) {
                reasons.add(reason);
            }
        }
        for (String application : applications) {
            List<String> files = in(others, Set.of(application), null);
            boolean changed = !in(ofJava, Set.of(application), null).isEmpty();
            String reason = missing(scope(application, builds), files);
            boolean conditionally =
                    !in(conditional, scope(application, builds), null).isEmpty();
            if (reason != null && (!changed || conditionally) && !reasons.contains(reason)) {
                reasons.add(reason);
            }
        }
        return reasons;
    }

    /** What is missing in some modules; null if they enable it. */
    private @Nullable String missing(Set<String> scope, List<String> homes) {
        List<String> conditions = in(conditional, scope, null);
        if (!in(enabling, scope, null).isEmpty()) {
            return null;
        } else if (!conditions.isEmpty()) {
            return "@EnableAsync in " + String.join(", ", conditions)
                    + " is under a condition. Where that is not met, the"
                    + " method runs on the thread of its caller: add @EnableAsync to a class that is always read.";
        }
        return "Nothing that the recipe can see enables @Async; without that, the method runs on the thread of its"
                + " caller. Add @EnableAsync to "
                + (homes.isEmpty() ? "a configuration of the application." : String.join(", ", homes) + ".");
    }

    private static Set<String> scope(String module, Builds builds) {
        Set<String> scope = new LinkedHashSet<>(Set.of(module));
        scope.addAll(builds.libraries(module, Set.of(module)));
        return scope;
    }

    /** The files of some modules in the main sources; with a file of tests, also in those. */
    private static List<String> in(Map<String, Set<String>> files, Set<String> modules, @Nullable String seen) {
        return modules.stream()
                .flatMap(module -> files.getOrDefault(module, Set.of()).stream())
                .filter(path -> isMain(path)
                        || (seen != null
                                && SettingsDocument.sources(path).equals(SettingsDocument.sources(seen))
                                && Names.module(path).equals(Names.module(seen))))
                .toList();
    }

    private static boolean isMain(String path) {
        String sources = SettingsDocument.sources(path);
        return sources.isEmpty() || sources.equals("main");
    }
}
