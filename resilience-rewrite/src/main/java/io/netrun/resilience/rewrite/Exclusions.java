package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.ForeignAutoConfigurations;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.yaml.tree.Yaml;

/**
 * Exclusions of auto-configurations of resilience4j: the annotations of a pattern have no effect with them, and the
 * ones of this library have.
 */
final class Exclusions {

    private static final Pattern CLASS = Pattern.compile("([\\w.]*AutoConfiguration)\\.class");

    private static final Pattern EXCLUDED = Pattern.compile("autoconfigure[\\s:._-]*exclude|excludename");

    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*[#!].*$|\\s#.*$|(?s)<!--.*?-->");

    private Exclusions() {}

    /** Lists those of a file that is no source in Java. */
    static void list(SourceFile file, Consumer<Left> left) {
        String text = file.printAll();
        boolean isCode = OtherLanguages.isSource(file);
        String path = SettingsMove.path(file);
        if (path.matches(".*\\.(md|adoc|txt|html)") || !text.contains("AutoConfiguration")) {
            return;
        }
        String plain = isCode ? text : COMMENT.matcher(text).replaceAll("");
        boolean excludes = isCode
                ? plain.contains("exclude")
                : EXCLUDED.matcher(plain.toLowerCase(Locale.ROOT)).find()
                        || (file instanceof Yaml.Documents && plain.contains("exclude"));
        if (excludes) {
            ForeignAutoConfigurations.names(plain).stream()
                    .map(ForeignAutoConfigurations::excluded)
                    .forEach(left);
        }
    }

    /** Lists those of a source in Java, and returns their full names. */
    static Set<String> list(JavaSourceFile file, Constants constants, Consumer<Left> left) {
        Set<String> names = new LinkedHashSet<>();
        new TextVisitor(file, constants) {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                Trees.arguments(annotation).forEach((name, value) -> {
                    if (name.equals("exclude") || name.equals("excludeName")) {
                        addClasses(value, file, names);
                    }
                    if (name.equals("excludeName")) {
                        names.addAll(ForeignAutoConfigurations.names(CodeCounterparts.text(value)));
                    }
                });
                return super.visitAnnotation(annotation, p);
            }

            @Override
            void visitText(String text) {
                if (text.contains("AutoConfiguration") && excludes(text)) {
                    names.addAll(ForeignAutoConfigurations.names(text));
                }
            }

            /** Whether a text excludes, or what it stands in does. */
            private boolean excludes(String text) {
                Tree[] around = {
                    getCursor().firstEnclosing(J.Annotation.class),
                    getCursor().firstEnclosing(J.MethodInvocation.class),
                    getCursor().firstEnclosing(J.VariableDeclarations.class)
                };
                boolean excludes = isExclude(text);
                for (Tree each : around) {
                    excludes |= each instanceof J code && isExclude(CodeCounterparts.text(code));
                }
                return excludes;
            }
        }.visit(file, 0);
        names.stream().map(ForeignAutoConfigurations::excluded).forEach(left);
        return names;
    }

    private static boolean isExclude(@Nullable String text) {
        return text != null && text.toLowerCase(Locale.ROOT).contains("exclude");
    }

    /** Adds the full names of classes that an attribute names. */
    private static void addClasses(Expression value, JavaSourceFile file, Set<String> names) {
        Matcher matcher = CLASS.matcher(CodeCounterparts.text(value));
        while (matcher.find()) {
            String name = matcher.group(1);
            if (ForeignAutoConfigurations.isName(name)) {
                names.add(name);
            }
            for (J.Import imported : file.getImports()) {
                String type = imported.getTypeName();
                String full = type.endsWith(".*") ? type.substring(0, type.length() - 1) + name : type;
                if (full.endsWith("." + name) && ForeignAutoConfigurations.isName(full)) {
                    names.add(full);
                }
            }
        }
    }
}
