import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Sesión",
  quickExit: "Salir de esta página ahora",
  wait: "Espere, por favor…",

  chooseLanguage: "Elija su idioma",
  continue: "Continuar",

  problemName: "Escriba un nombre, por favor.",
  problemNetwork: "Sin conexión. Revise su red e inténtelo de nuevo.",
  problemSlow: "Demasiados intentos. Espere un minuto e inténtelo de nuevo.",
  problemOther: "No ha funcionado. Inténtelo de nuevo, por favor.",
  tryAgain: "Intentar de nuevo",

  lostTitle: "Este enlace no funciona",
  lostText: "Puede que sea demasiado antiguo o que falte una parte. Pida un enlace nuevo a la persona que se lo envió.",
  askForLink: "Pedir un enlace nuevo",
  askedTitle: "Gracias",
  askedText: "Si este enlace era nuestro, la persona que lo envió lee ahora que usted necesita uno nuevo. Puede cerrar esta página.",
  phone: "También puede llamar al {phone}.",

  unreachableTitle: "Sin conexión",
  unreachableText: "No se pudo abrir esta página. Revise su red. La página lo intenta de nuevo por sí sola.",

  elsewhereTitle: "Esta página está abierta en otra pestaña",
  elsewhereText: "Solo se puede usar en una pestaña a la vez.",
  useHere: "Usarla aquí",

  leftTitle: "Ha salido",
  leftText: "Puede volver con el mismo enlace. Lo que se escribió sigue ahí.",
  comeBack: "Volver",

  endedTitle: "Esta sesión ha terminado",
  endedClosed: "Gracias por haber estado aquí.",
  endedCancelled: "Se ha cancelado. Le avisarán si hay una nueva fecha.",
  endedRemoved: "Ya no está en esta sesión.",
  wiped: "Todo lo que esta página guardaba en su dispositivo se ha borrado. Puede cerrar la página.",
};
