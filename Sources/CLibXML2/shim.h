/* Without the types of ICU, which libxml2 mentions where it was built with it, and which Foundation brings along in a
   version of its own. Only pointers to the structure that contains them are used. */
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>
