package javax.crac;

/** Never thrown, but org.crac looks for it; see {@link Core}. */
public class RestoreException extends Exception {

    private static final long serialVersionUID = 1;
}
