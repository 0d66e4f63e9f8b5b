package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Pipeline;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Code that was written instead of another library's, compiled with this library. */
final class CompiledCode {

    private CompiledCode() {}

    /** Compiles a source with one class {@code Calls} into a folder. */
    static void compile(Path folder, String source) {
        StringWriter errors = new StringWriter();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Calls.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreErrors) {
                return source;
            }
        };
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        errors,
                        null,
                        null,
                        List.of("-proc:none", "-nowarn", "-d", folder.toString(), "-cp", core()),
                        null,
                        List.of(file))
                .call();
        assertThat(compiled).as(errors.toString()).isTrue();
    }

    /** What a public class {@code Calls}, compiled, returns. */
    static Object call(Path folder, String source) throws Exception {
        compile(folder, source);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            return ((Callable<?>) loader.loadClass("Calls").getConstructor().newInstance()).call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String core() {
        try {
            return Path.of(Pipeline.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
