package io.netrun.resilience.rewrite;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/**
 * Code that a call protects, as it stands in the code to write, where {@code s} stands for it: as a whole, as a
 * reference to its method such as {@code s::get}, or called such as {@code s.get()}.
 *
 * @param text its text
 * @param lambda the lambda that it is; null for a reference to a method, and for an object
 * @param reference whether it is a reference to a method
 */
record CalledCode(String text, J.@Nullable Lambda lambda, boolean reference) {

    private static final Pattern REFERENCE = Pattern.compile("\\bs::(\\w+)");

    private static final Pattern CALL = Pattern.compile("\\bs\\.(\\w+)\\((a?)\\)");

    /** The code of an argument. */
    static CalledCode of(Expression argument, String text) {
        return new CalledCode(
                text, argument instanceof J.Lambda lambda ? lambda : null, argument instanceof J.MemberReference);
    }

    /** An object with a name. */
    static CalledCode named(String name) {
        return new CalledCode(name, null, false);
    }

    /** A template with this code. */
    String in(String template) {
        if (lambda == null && !reference) {
            return template.replaceAll("\\bs\\b(?=::|[.,)])", Matcher.quoteReplacement(text));
        }
        String referred = REFERENCE.matcher(template).replaceAll(Matcher.quoteReplacement(text));
        Matcher call = CALL.matcher(referred);
        if (!call.find()) {
            return referred.replaceAll("\\bs\\b(?=[,)])", Matcher.quoteReplacement(text));
        }
        String called = called(call.group(2));
        if (called == null) {
            return template + ", with " + text + " as s";
        }
        String parameter = parameter();
        String written = call.replaceAll(Matcher.quoteReplacement(called));
        return parameter.isEmpty()
                ? written
                : written.replaceFirst("^a ->", Matcher.quoteReplacement(parameter + " ->"));
    }

    /** What calls it once; null if that needs a variable for it. */
    private @Nullable String called(String argument) {
        if (lambda != null) {
            return lambda.getBody() instanceof Expression value ? CodeCounterparts.text(value) : null;
        }
        return text.matches("[\\w.]+::\\w+") ? text.replace("::", ".") + "(" + argument + ")" : null;
    }

    private String parameter() {
        return lambda == null
                ? ""
                : lambda.getParameters().getParameters().stream()
                        .filter(each -> !(each instanceof J.Empty))
                        .map(CodeCounterparts::text)
                        .collect(Collectors.joining(", "));
    }
}
